package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;

/**
 * Producing as fast as the client can, and consuming all of it.
 *
 * @param produce the words of {@code bench produce}, without topic and count
 */
record Workload(String produce, int partitions, int recordBytes, long count) {
    static final Workload ONE_KB = new Workload("--acks 1", 1, 1024, 1_500_000);
    static final Workload SMALL = new Workload("--acks all", 1, 100, 6_000_000);
    static final Workload LZ4 = new Workload("--acks all --compression lz4", 12, 1024, 1_500_000);
    static final Workload ONE_BY_ONE = new Workload("--acks all --batch-size 1 --linger 0", 12, 100, 200_000);

    /** What a load cost and achieved. */
    record Cost(double mbPerS, double recordsPerS, double cpuSPerGb) {
        /** @param what such as {@code consume, warm} */
        void tell(Turn turn, String what) {
            turn.more(what + ": MB/s", mbPerS);
            turn.less(what + ": server CPU s/GB", cpuSPerGb);
        }
    }

    Cost produce(Turn turn, ServerProcess server, String topic)
            throws LoadFailedException, IOException, InterruptedException {
        return cost(
                turn,
                server,
                server.bootstrap(),
                "produce",
                "produce " + topic + " --keep --existing --partitions " + partitions + " --record-size " + recordBytes
                        + " --count " + turn.scaled(count) + " " + produce);
    }

    Cost consume(Turn turn, ServerProcess server, String topic)
            throws LoadFailedException, IOException, InterruptedException {
        return cost(turn, server, server.bootstrap(), "consume", "consume " + topic);
    }

    /** @param more words of the load that may have spaces in them */
    static Cost cost(Turn turn, ServerProcess server, String bootstrap, String track, String words, String... more)
            throws LoadFailedException, IOException, InterruptedException {
        double before = server.figures().cpuS();
        Client.Measured measured = turn.client().run(bootstrap, words, more);
        double cpuS = server.figures().cpuS() - before;
        double gb = measured.of(track, "bytes") / 1e9;
        return new Cost(measured.of(track, "mbPerS"), measured.of(track, "recordsPerS"), cpuS / gb);
    }
}
