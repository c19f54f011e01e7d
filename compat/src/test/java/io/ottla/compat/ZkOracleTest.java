package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Generated streams of requests to Apache ZooKeeper 3.9.5 and to ours: every reply, error, field of a Stat, event and closed connection
 * is the same. {@code -Dottla.zk.seeds=N} sets how many streams, {@code -Dottla.zk.first=SEED} where they begin, {@code -Dottla.zk.steps=N} how
 * long they are; {@code -Dottla.zk=APACHE_3_9} compares the original with itself. Of the streams whose clients prove by SASL or by certificates who they are
 * there are a quarter as many each, and half of that on a port that takes both.
 */
class ZkOracleTest {
    private static final int SEEDS = Integer.getInteger("ottla.zk.seeds", 25);
    private static final long FIRST = Long.getLong("ottla.zk.first", 1);
    private static final int STEPS = Integer.getInteger("ottla.zk.steps", 200);

    /** So many are looked into; the other seeds say only that they differ. */
    private static final int SHRUNK_MAX = Integer.getInteger("ottla.zk.shrunk", 5);

    @TempDir
    Path home;

    @Test
    void everyAnswerIsTheOriginals() throws Exception {
        compare(ZkSecurity.PLAIN, SEEDS);
    }

    @Test
    void alsoToClientsThatProveThemselvesBySasl() throws Exception {
        compare(ZkSecurity.SASL, Math.max(1, SEEDS / 4));
    }

    @Test
    void alsoToClientsWithCertificates() throws Exception {
        compare(ZkSecurity.X509, Math.max(1, SEEDS / 4));
    }

    @Test
    void alsoWhereOnePortTakesThoseWithTlsAndThoseWithout() throws Exception {
        compare(ZkSecurity.X509_ON_ONE_PORT, Math.max(1, SEEDS / 8));
    }

    private ZkServer start(ZkServer.Kind kind, String name, ZkSecurity security, int securePort) throws IOException {
        List<String> config = new ArrayList<>(List.of(
                "extendedTypesEnabled=true",
                "enforceQuota=true",
                "forceSync=no",
                "authProvider.sasl=org.apache.zookeeper.server.auth.SASLAuthenticationProvider",
                "authProvider.x509=org.apache.zookeeper.server.auth.X509AuthenticationProvider",
                "znode.container.checkIntervalMs=100000000",
                "DigestAuthenticationProvider.superDigest=" + ZkRequests.digest(ZkRequests.SUPER)));
        config.addAll(security.config(home, securePort));
        return new ZkServer(
                kind,
                home.resolve(name),
                OttlaProcess.freePort(),
                security.jvmOptions(home),
                config.toArray(String[]::new));
    }

    private void compare(ZkSecurity security, int seeds) throws Exception {
        List<String> found = new ArrayList<>();
        ZkDifferences known = new ZkDifferences(ZkDifferences.ALL);
        long steps = 0;
        long lines;
        int[] securePorts = {OttlaProcess.freePort(), OttlaProcess.freePort()};
        try (ZkServer original = start(ZkServer.Kind.APACHE_3_9, "original", security, securePorts[0]);
                ZkServer ours = start(ZkServer.Kind.tested(), "ours", security, securePorts[1])) {
            ZkOracle oracle = new ZkOracle(
                    new ZkOracle.Subject(original, security.door(home, original.port(), securePorts[0])),
                    new ZkOracle.Subject(ours, security.door(home, ours.port(), securePorts[1])),
                    known);
            int shrunk = 0;
            for (long seed = FIRST; seed < FIRST + seeds; seed++) {
                Optional<ZkOracle.Difference> difference = oracle.compare(ZkStreams.stream(seed, STEPS, security));
                steps += STEPS;
                if (difference.isEmpty()) continue;
                ZkOracle.Difference smallest =
                        shrunk++ < SHRUNK_MAX ? oracle.shrink(difference.get()) : difference.get();
                found.add("seed " + seed + ", step " + difference.get().at() + "\n"
                        + (shrunk <= SHRUNK_MAX ? smallest : ""));
            }
            lines = oracle.lines();
        }
        System.out.println(steps + " steps of " + seeds + " streams (" + security + "), " + lines
                + " answers and events compared; known differences met: " + known.met());
        assertThat(found).isEmpty();
        assertThat(lines).as("answers and events compared").isGreaterThan(steps);
    }
}
