package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand hostile connections to the client port: another client does not notice, memory stays bounded. */
class ZkGarbageTest {
    private static final int CONNECTIONS = 10_000;
    private static final int ROUND_TRIPS = 20;
    private static final long ROUND_TRIP_MS_MAX = 5_000;
    private static final long GROWTH_KB_MAX = 250_000;
    private static final long FLAT_KB = 40_000;

    @TempDir
    Path home;

    @Test
    void theGoodClientIsNotDisturbed() throws Exception {
        try (ZkServer server = new ZkServer(ZkServer.Kind.tested(), home);
                ZkCaller good = new ZkCaller(server.port(), 60_000)) {
            assertThat(good.create("/good", "", 0)).isZero();
            roundTrips(good);
            long quietKb = GarbageTest.residentKb(server.pid());
            long firstKb = besieged(server, good);
            assertThat(firstKb - quietKb)
                    .as("memory for %d hostile connections", CONNECTIONS)
                    .isLessThan(GROWTH_KB_MAX);
            long secondKb = besieged(server, good);
            assertThat(secondKb - firstKb)
                    .as("memory does not grow from siege to siege")
                    .isLessThan(FLAT_KB);
            System.out.printf("resident: %d KB quiet, %d and %d KB besieged%n", quietKb, firstKb, secondKb);
        }
    }

    private static long besieged(ZkServer server, ZkCaller good) throws IOException {
        Random random = new Random(3);
        List<ZkSocket> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                ZkSocket socket = new ZkSocket(server.port());
                crowd.add(socket);
                socket.send(garbage(i, random));
                if (i % (CONNECTIONS / 5) == 0) roundTrips(good);
            }
            roundTrips(good);
            return GarbageTest.residentKb(server.pid());
        } finally {
            for (ZkSocket socket : crowd) socket.close();
        }
    }

    private static void roundTrips(ZkCaller good) throws IOException {
        for (int i = 0; i < ROUND_TRIPS; i++) {
            long begunNs = System.nanoTime();
            assertThat(good.set("/good", "" + i)).isZero();
            assertThat(good.get("/good")).isEqualTo("" + i);
            assertThat((System.nanoTime() - begunNs) / 1_000_000)
                    .as("ms of a round trip")
                    .isLessThan(ROUND_TRIP_MS_MAX);
        }
    }

    /** The ZooKeeper rows of the catalogue of bad input. */
    private static byte[] garbage(int number, Random random) {
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        return switch (number % 12) {
            case 0 -> new byte[0]; // silence
            case 1 -> noise;
            case 2 -> ByteBuffer.allocate(4).putInt(1_000_000).array(); // a promise, then silence
            case 3 -> ByteBuffer.allocate(4).putInt(-1).array();
            case 4 -> "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            case 5 -> new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xFC, 3, 3}; // TLS hello
            case 6 -> connect(Integer.MAX_VALUE, 0, 0);
            case 7 -> connect(16, Long.MAX_VALUE, 0);
            case 8 -> connect(16, 0, random.nextLong());
            case 9 -> "wchp".getBytes(StandardCharsets.US_ASCII);
            case 10 ->
                // a session, and a request whose vector has 2^31-1 elements
                concatenated(
                        connect(16, 0, 0),
                        framed(new JuteWriter()
                                .number(1)
                                .number(ZkRequest.CREATE)
                                .text("/x")
                                .number(-1)
                                .number(Integer.MAX_VALUE)
                                .bytes()));
            default -> framed(noise);
        };
    }

    private static byte[] connect(int passwordBytes, long zxidSeen, long sessionId) {
        return framed(new JuteWriter()
                .number(0)
                .number(zxidSeen)
                .number(30_000)
                .number(sessionId)
                .number(passwordBytes)
                .raw(new byte[16])
                .flag(false)
                .bytes());
    }

    private static byte[] framed(byte[] body) {
        return new JuteWriter().buffer(body).bytes();
    }

    private static byte[] concatenated(byte[] first, byte[] second) {
        return new JuteWriter().raw(first).raw(second).bytes();
    }
}
