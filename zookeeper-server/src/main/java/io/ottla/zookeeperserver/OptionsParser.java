package io.ottla.zookeeperserver;

import io.ottla.base.Secret;
import io.ottla.zookeeperprotocol.FourLetterWord;
import io.ottla.zookeeperserver.ServerOptions.Authentication;
import io.ottla.zookeeperserver.ServerOptions.Limits;
import io.ottla.zookeeperserver.ServerOptions.Sasl;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The settings of a zoo.cfg that concern the client port. What the original knows as system properties stands here without {@code zookeeper.}
 * before it, which is how the original takes it from the file. Values that are of no use are taken as the original takes them: see {@link
 * ServerProperties}.
 *
 * <pre>
 * jute.maxbuffer  globalOutstandingLimit  request_throttle_max_requests  largeRequestThreshold  largeRequestMaxBytes
 * connection_throttle_tokens/_fill_time/_fill_count
 * 4lw.commands.whitelist  readonlymode.enabled  reconfigEnabled  skipACL  maxClientCnxns  clientPort  secureClientPort  tickTime
 * minSessionTimeout  maxSessionTimeout  clientPortListenBacklog  dataDir  dataLogDir
 * DigestAuthenticationProvider.enabled/.digestAlg/.superDigest  X509AuthenticationProvider.superUser
 * enforce.auth.enabled/.schemes  sessionRequireClientSASLAuth  allowSaslFailedClients
 * fsync.warningthresholdms  admin.snapshot.enabled  admin.restore.enabled  admin.rateLimiterIntervalInMS
 * superUser, superUser.*  SASLAuthenticationProvider.superPassword
 * jaas.Server.user.NAME=PASSWORD     what {@link JaasFile} found, put there by whoever read that file
 * </pre>
 */
public final class OptionsParser {
    private OptionsParser() {}

    /** Before the name of each user of the SASL server's section of the JAAS file. */
    public static final String JAAS_USER = "jaas.Server.user.";

    private static final Set<String> KNOWN = Set.of(
            "jute.maxbuffer",
            "globalOutstandingLimit",
            "request_throttle_max_requests",
            "connection_throttle_tokens",
            "connection_throttle_fill_time",
            "connection_throttle_fill_count",
            "largeRequestThreshold",
            "largeRequestMaxBytes",
            "4lw.commands.whitelist",
            "readonlymode.enabled",
            "reconfigEnabled",
            "skipACL",
            "maxClientCnxns",
            "clientPort",
            "secureClientPort",
            "tickTime",
            "minSessionTimeout",
            "maxSessionTimeout",
            "clientPortListenBacklog",
            "dataDir",
            "dataLogDir",
            "DigestAuthenticationProvider.enabled",
            "DigestAuthenticationProvider.digestAlg",
            "DigestAuthenticationProvider.superDigest",
            "X509AuthenticationProvider.superUser",
            "fsync.warningthresholdms",
            "admin.snapshot.enabled",
            "admin.restore.enabled",
            "admin.rateLimiterIntervalInMS",
            "enforce.auth.enabled",
            "enforce.auth.schemes",
            "sessionRequireClientSASLAuth",
            "allowSaslFailedClients",
            "SASLAuthenticationProvider.superPassword",
            "superUser");

    /** A transaction may have twice as much, and sizes are counted in ints. */
    private static final int PACKET_BYTES_LIMIT = Integer.MAX_VALUE / 4;

    private static final Set<String> SCHEMES = Set.of("digest", "ip", "sasl", "x509");

    /** Whether the key is one that is read here. */
    public static boolean knows(String key) {
        return KNOWN.contains(key) || key.startsWith("superUser.") || key.startsWith(JAAS_USER);
    }

    /** @throws IllegalArgumentException with a sentence for people, if the original would not start with a value either */
    static ServerOptions parse(ServerProperties settings) {
        Limits standard = Limits.DEFAULT;
        int largeBytesMax = (int) standard.largeRequestsBytesMax();
        Limits limits = new Limits(
                settings.integer("globalOutstandingLimit", standard.outstandingMax(), 0, 0),
                standard.outstandingPerConnectionMax(),
                standard.outstandingBytesPerConnectionMax(),
                standard.outstandingBytesMax(),
                settings.integer("request_throttle_max_requests", standard.throttledRequestsMax(), 0, 0),
                largeRequestBytes(settings),
                settings.integer("largeRequestMaxBytes", largeBytesMax, 1, largeBytesMax),
                standard.unsentBytesMax(),
                standard.notificationBytesMax(),
                standard.connectMsMax());
        return new ServerOptions(
                packetBytesMax(settings),
                limits,
                authentication(settings),
                whitelist(settings),
                settings.strictFlag("reconfigEnabled", false),
                new ServerOptions.Connecting(
                        settings.integer("connection_throttle_tokens", 0, 0, 0),
                        settings.integer("connection_throttle_fill_time", 1, 1, 1),
                        settings.integer("connection_throttle_fill_count", 1, 0, 1),
                        ServerOptions.Connecting.DEFAULT.sessionsMax()),
                settings.integer("fsync.warningthresholdms", ServerOptions.SLOW_SYNC_MS),
                new ServerOptions.Backups(
                        settings.flag("admin.snapshot.enabled", true),
                        settings.flag("admin.restore.enabled", true),
                        settings.integer(
                                "admin.rateLimiterIntervalInMS", ServerOptions.Backups.DEFAULT.intervalMs(), 0, 0)),
                described(settings));
    }

    /** {@code jute.maxbuffer}. One that lets nobody in, or is more than can be counted, is not taken. */
    public static int packetBytesMax(ServerProperties settings) {
        String key = "jute.maxbuffer";
        int bytes = settings.integer(key, ServerOptions.PACKET_BYTES_MAX, 1024, ServerOptions.PACKET_BYTES_MAX);
        if (bytes <= PACKET_BYTES_LIMIT) return bytes;
        settings.tell(key, Integer.toString(PACKET_BYTES_LIMIT), "more is not served");
        return PACKET_BYTES_LIMIT;
    }

    private static int largeRequestBytes(ServerProperties settings) {
        int bytes = settings.integer("largeRequestThreshold", Limits.DEFAULT.largeRequestBytes(), -1, -1);
        if (bytes != 0) return bytes;
        settings.tell("largeRequestThreshold", "-1", "nothing is large");
        return -1;
    }

    private static ServerOptions.Described described(ServerProperties settings) {
        int tickTimeMs = settings.integer("tickTime", 3000);
        String dataDir = settings.text("dataDir").orElse("");
        return new ServerOptions.Described(
                settings.integer("clientPort", -1),
                settings.integer("secureClientPort", -1),
                dataDir,
                settings.text("dataLogDir").orElse(dataDir),
                tickTimeMs,
                settings.integer("maxClientCnxns", 60, 0, 0),
                settings.integer("minSessionTimeout", 2 * tickTimeMs),
                settings.integer("maxSessionTimeout", 20 * tickTimeMs),
                settings.integer("clientPortListenBacklog", -1),
                0);
    }

    /** {@code srvr} always, since the original's own scripts need it; {@code isro} with read-only mode. */
    private static Set<FourLetterWord> whitelist(ServerProperties settings) {
        Set<FourLetterWord> words = EnumSet.of(FourLetterWord.SRVR);
        if (settings.flag("readonlymode.enabled", false)) words.add(FourLetterWord.ISRO);
        for (String name : list(settings, "4lw.commands.whitelist")) {
            if (name.equals("*")) return EnumSet.allOf(FourLetterWord.class);
            for (FourLetterWord word : FourLetterWord.values()) if (word.word().equals(name)) words.add(word);
        }
        return words;
    }

    private static Authentication authentication(ServerProperties settings) {
        Authentication standard = Authentication.DEFAULT;
        String algorithm =
                settings.text("DigestAuthenticationProvider.digestAlg").orElse(standard.digestAlgorithm());
        try {
            MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalArgumentException(
                    "DigestAuthenticationProvider.digestAlg: this Java has no digest " + algorithm, e);
        }
        return new Authentication(
                settings.flag("DigestAuthenticationProvider.enabled", standard.digestEnabled()),
                algorithm,
                settings.text("DigestAuthenticationProvider.superDigest").map(Secret::new),
                settings.text("X509AuthenticationProvider.superUser"),
                sasl(settings),
                enforcedSchemes(settings),
                settings.flag("allowSaslFailedClients", false),
                skipAcl(settings));
    }

    private static boolean skipAcl(ServerProperties settings) {
        String value = settings.text("skipACL").orElse("no");
        if (!value.equals("yes") && !value.equals("no")) settings.tell("skipACL", "no", "only yes is yes");
        return value.equals("yes");
    }

    private static List<String> enforcedSchemes(ServerProperties settings) {
        if (settings.flag("sessionRequireClientSASLAuth", false)) return List.of("sasl");
        if (!settings.flag("enforce.auth.enabled", false)) return List.of();
        List<String> schemes = list(settings, "enforce.auth.schemes");
        if (schemes.isEmpty())
            throw new IllegalArgumentException(
                    "enforce.auth.enabled is true: say in enforce.auth.schemes which schemes are accepted");
        for (String scheme : schemes)
            if (!SCHEMES.contains(scheme))
                throw new IllegalArgumentException(
                        "enforce.auth.schemes: there is no scheme " + scheme + ", but digest, ip, sasl and x509");
        return schemes;
    }

    private static Optional<Sasl> sasl(ServerProperties settings) {
        Map<String, Secret> passwords = new HashMap<>();
        SortedSet<String> superUsers = new TreeSet<>();
        settings.all().forEach((key, value) -> {
            if (key.startsWith(JAAS_USER)) passwords.put(key.substring(JAAS_USER.length()), new Secret(value));
            if (key.equals("superUser") || key.startsWith("superUser.")) superUsers.add(value);
        });
        if (passwords.isEmpty()) return Optional.empty();
        settings.text("SASLAuthenticationProvider.superPassword").ifPresent(password -> {
            if (passwords.containsKey("super")) passwords.put("super", new Secret(password));
        });
        return Optional.of(new Sasl(passwords, new HashSet<>(superUsers)));
    }

    private static List<String> list(ServerProperties settings, String key) {
        List<String> entries = new ArrayList<>();
        for (String entry : settings.text(key).orElse("").split(",", -1))
            if (!entry.isBlank()) entries.add(entry.strip());
        return entries;
    }
}
