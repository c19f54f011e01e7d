package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL in the middle of writes, again and again: every write that was answered is there, none is there that nobody asked for,
 * and sessions with their ephemeral nodes live on. {@code -Dottla.crash.rounds=N} sets how often.
 */
class ZkCrashTest {
    private static final int ROUNDS = Integer.getInteger("ottla.crash.rounds", 30);
    private static final int WRITERS = 4;
    private static final int TIMEOUT_MS = 60_000;

    @TempDir
    Path home;

    @Test
    void nothingAnsweredIsLost() throws Exception {
        Random random = new Random(7);
        try (ZkServer server = new ZkServer(ZkServer.Kind.tested(), home, "snapCount=500")) {
            long session;
            byte[] password;
            try (ZkCaller owner = new ZkCaller(server.port(), TIMEOUT_MS)) {
                assertThat(owner.create("/owned", "", 1)).isZero();
                session = owner.sessionId();
                password = owner.password();
            }
            List<Writer> writers = new ArrayList<>();
            try {
                for (int i = 0; i < WRITERS; i++) writers.add(new Writer(server.port(), i));
                for (int round = 0; round < ROUNDS; round++) {
                    int wanted = 1 + random.nextInt(100);
                    for (Writer writer : writers) writer.await(wanted);
                    server.kill();
                    server.start();
                    try (ZkCaller again = new ZkCaller(server.port(), TIMEOUT_MS, session, password)) {
                        assertThat(again.sessionId())
                                .as("the session after kill " + round)
                                .isEqualTo(session);
                        assertThat(again.exists("/owned"))
                                .as("its ephemeral node")
                                .isTrue();
                    }
                }
            } finally {
                for (Writer writer : writers) writer.stop();
            }
            try (ZkCaller reader = new ZkCaller(server.port(), TIMEOUT_MS)) {
                for (Writer writer : writers) writer.verify(reader);
            }
            int answered =
                    writers.stream().mapToInt(writer -> writer.answered.get()).sum();
            System.out.println(ROUNDS + " kills, " + answered + " writes answered, all there");
        }
    }

    /** Makes numbered nodes, and after each sets one that counts them. */
    private static final class Writer {
        private final int port;
        private final String root;
        private final Thread thread;
        private final AtomicInteger answered = new AtomicInteger();
        private final Semaphore acks = new Semaphore(0);
        private final List<Integer> unknown = new ArrayList<>();
        private volatile boolean stopping;
        private volatile Throwable wrong;
        private int counted;
        private int asked;
        private int kills;

        Writer(int port, int number) throws IOException {
            this.port = port;
            root = "/writer-" + number;
            try (ZkCaller first = new ZkCaller(port, TIMEOUT_MS)) {
                assertThat(first.create(root, "0", 0)).isZero();
                first.endSession();
            }
            thread = new Thread(this::run, root);
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler((of, thrown) -> wrong = thrown);
            thread.start();
        }

        private void run() {
            while (!stopping) {
                try (ZkCaller caller = new ZkCaller(port, TIMEOUT_MS)) {
                    while (!stopping) {
                        int next = asked++;
                        unknown.add(next);
                        assertThat(caller.create(path(next), "" + next, 0)).isZero();
                        assertThat(caller.set(root, "" + next)).isZero();
                        unknown.removeLast();
                        counted = next;
                        answered.incrementAndGet();
                        acks.release();
                    }
                    caller.endSession();
                } catch (IOException killed) {
                    kills++;
                }
            }
        }

        private String path(int number) {
            return root + "/" + number;
        }

        void await(int more) throws InterruptedException {
            assertThat(acks.tryAcquire(more, 60, TimeUnit.SECONDS))
                    .as("%d writes answered within 60 s; %s", more, wrong)
                    .isTrue();
        }

        void stop() throws InterruptedException {
            stopping = true;
            thread.join();
        }

        void verify(ZkCaller reader) throws IOException {
            assertThat(wrong).as("what ended a writer").isNull();
            List<String> names = reader.children(root);
            for (int number = 0; number < asked; number++) {
                if (unknown.contains(number)) continue;
                assertThat(reader.get(path(number))).isEqualTo("" + number);
            }
            assertThat(kills).as("connections lost").isPositive();
            assertThat(names.size()).as("nodes").isBetween(asked - unknown.size(), asked);
            assertThat(Integer.parseInt(reader.get(root))).isBetween(counted, asked - 1);
        }
    }
}
