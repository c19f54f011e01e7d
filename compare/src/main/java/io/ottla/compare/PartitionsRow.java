package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;

/** Ten thousand partitions: made in four requests, each written once, and how the server stops and starts with them. */
final class PartitionsRow implements Row {
    private static final int TOPICS = 4;
    private static final long PARTITIONS_PER_TOPIC = 2500;

    @Override
    public String name() {
        return "partitions";
    }

    @Override
    public String about() {
        return "10,000 partitions: creation, memory, files, clean stop, restart, restart after kill -9";
    }

    @Override
    public boolean usual() {
        return false;
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, ExecutionException, InterruptedException {
        Map<String, Integer> topics = new TreeMap<>();
        for (int i = 0; i < TOPICS; i++) topics.put("many-" + i, (int) turn.scaled(PARTITIONS_PER_TOPIC));
        try (ServerProcess server = turn.start()) {
            try (Cluster cluster = new Cluster(server)) {
                long beginNs = System.nanoTime();
                for (Map.Entry<String, Integer> topic : topics.entrySet())
                    cluster.create(topic.getKey(), topic.getValue());
                cluster.awaitLeaders(List.copyOf(topics.keySet()), turn);
                turn.less("creation s", secondsSince(beginNs));
                cluster.writeOnce(topics);
            }
            turn.less("RSS, each written once, MB", server.figures().rssMb());
            turn.less("files open", server.figures().openFiles());
            turn.less("mappings", server.figures().mappings());
            turn.less("clean stop s", server.stop());
            restart(turn, server, topics, "restart");
            turn.less("RSS after restart MB", server.figures().rssMb());
            try (Cluster cluster = new Cluster(server)) {
                cluster.writeOnce(topics);
            }
            server.kill();
            restart(turn, server, topics, "restart after kill -9");
        }
    }

    /** Times both: the first answer, and every partition answering with its end. */
    private static void restart(Turn turn, ServerProcess server, Map<String, Integer> topics, String what)
            throws LoadFailedException, ExecutionException, InterruptedException {
        server.start();
        long answeredNs = System.nanoTime();
        turn.less(what + ", first answer s", server.startS());
        try (Cluster cluster = new Cluster(server)) {
            cluster.awaitLeaders(List.copyOf(topics.keySet()), turn);
            turn.less(what + ", all leaders s", server.startS() + secondsSince(answeredNs));
            long records = cluster.endOffsets(topics);
            turn.less(what + ", all end offsets s", server.startS() + secondsSince(answeredNs));
            long partitions =
                    topics.values().stream().mapToInt(Integer::intValue).sum();
            if (records == 0 || records % partitions != 0)
                throw new LoadFailedException(
                        records + " records are left of those written to " + partitions + " partitions.");
        }
    }

    static double secondsSince(long beginNs) {
        return (System.nanoTime() - beginNs) / 1e9;
    }
}
