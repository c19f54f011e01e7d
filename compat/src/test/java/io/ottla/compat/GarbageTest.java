package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand connections that send garbage or nothing, and one good client between them. */
class GarbageTest {
    private static final int CONNECTIONS = 10_000;
    private static final int ROUND_TRIPS = 200;
    private static final long ROUND_TRIP_MS_MAX = 3000;
    private static final long GROWTH_KB_MAX = 200_000;
    private static final long FLAT_KB = 40_000;

    @TempDir
    Path home;

    @Test
    void theGoodClientIsNotDisturbed() throws Exception {
        try (OttlaProcess node = new OttlaProcess(home)) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
                admin.createTopics(List.of(new NewTopic("good", 1, (short) 1)))
                        .all()
                        .get();
            }
            ClientJob job = new ClientJob(node.bootstrap(), "good");
            try (Producer<String, byte[]> producer = job.producer("acks", "all");
                    Consumer<String, byte[]> consumer = job.consumer("fetch.max.wait.ms", "100")) {
                ProduceScenarios.assign(consumer, "good", 0);
                roundTrips(producer, consumer);
                long quietKb = residentKb(node.pid());
                long firstKb = besieged(node, producer, consumer);
                assertThat(firstKb - quietKb)
                        .as("memory for %d hostile connections", CONNECTIONS)
                        .isLessThan(GROWTH_KB_MAX);
                long secondKb = besieged(node, producer, consumer);
                assertThat(secondKb - firstKb)
                        .as("memory does not grow from siege to siege")
                        .isLessThan(FLAT_KB);
            }
        }
    }

    private static long besieged(
            OttlaProcess node, Producer<String, byte[]> producer, Consumer<String, byte[]> consumer) throws Exception {
        Random random = new Random(3);
        List<SocketChannel> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                SocketChannel channel = SocketChannel.open(new InetSocketAddress("localhost", node.port()));
                crowd.add(channel);
                send(channel, garbage(i, random));
                if (i % (CONNECTIONS / 5) == 0) roundTrips(producer, consumer);
            }
            roundTrips(producer, consumer);
            return residentKb(node.pid());
        } finally {
            for (SocketChannel channel : crowd) channel.close();
        }
    }

    private static void roundTrips(Producer<String, byte[]> producer, Consumer<String, byte[]> consumer)
            throws Exception {
        for (int i = 0; i < ROUND_TRIPS; i++) {
            long start = System.nanoTime();
            producer.send(new ProducerRecord<>("good", "k", new byte[100])).get();
            ClientJob.take(consumer, 1);
            assertThat((System.nanoTime() - start) / 1_000_000)
                    .as("ms of a round trip")
                    .isLessThan(ROUND_TRIP_MS_MAX);
        }
    }

    /** Also what the catalogue of bad input calls for; the node may close the connection, so a failure to write is fine. */
    private static byte[] garbage(int number, Random random) {
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        return switch (number % 10) {
            case 0 -> new byte[0]; // silence
            case 1 -> noise;
            case 2 -> ByteBuffer.allocate(4).putInt(100_000_000).array(); // a large promise, then silence
            case 3 -> ByteBuffer.allocate(4).putInt(-1).array();
            case 4 -> "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            case 5 -> new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xFC, 3, 3}; // TLS hello
            case 6 ->
                framed(ByteBuffer.allocate(8)
                        .putShort((short) 9999)
                        .putShort((short) 0)
                        .putInt(1)
                        .array());
            case 7 ->
                framed(ByteBuffer.allocate(8)
                        .putShort((short) 3)
                        .putShort((short) 99)
                        .putInt(1)
                        .array());
            case 8 ->
                framed(ByteBuffer.allocate(14) // Metadata v1: 2^31-1 topics follow, says the client
                        .putShort((short) 3)
                        .putShort((short) 1)
                        .putInt(1)
                        .putShort((short) -1)
                        .putInt(Integer.MAX_VALUE)
                        .array());
            default -> framed(noise);
        };
    }

    private static byte[] framed(byte[] body) {
        return ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    private static void send(SocketChannel channel, byte[] bytes) {
        try {
            channel.configureBlocking(false);
            var unused = channel.write(ByteBuffer.wrap(bytes));
        } catch (IOException closedByTheNode) {
            return;
        }
    }

    static long residentKb(long pid) throws IOException {
        return memoryKb(pid, "VmRSS");
    }

    /** @param what VmRSS for what is resident now, VmHWM for the most that ever was */
    static long memoryKb(long pid, String what) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status")))
            if (line.startsWith(what + ":")) return Long.parseLong(line.replaceAll("[^0-9]", ""));
        throw new IllegalStateException("no %s for %d".formatted(what, pid));
    }
}
