package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;

/** An fsync before every acknowledgement ({@code flush.messages=1}), and the same load without. */
final class FlushRow implements Row {
    private static final String LOAD =
            "produce %s --keep --existing --partitions 12 --producers 8 --record-size 1000 --acks all --duration %s --warmup 3";

    @Override
    public String name() {
        return "flush";
    }

    @Override
    public String about() {
        return "flush.messages=1, 12 partitions, 8 producers, with and without: throughput";
    }

    @Override
    public boolean usual() {
        return false;
    }

    @Override
    public long diskBytes() {
        return 20_000_000_000L;
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        double without = mbPerS(turn, "");
        double with = mbPerS(turn, " --topic-config flush.messages=1");
        turn.more("without MB/s", without);
        turn.more("flush.messages=1 MB/s", with);
        turn.more("share of what it does without", with / without);
    }

    private static double mbPerS(Turn turn, String more) throws LoadFailedException, InterruptedException {
        try (ServerProcess server = turn.start()) {
            String topic = more.isEmpty() ? "cached" : "flushed";
            return turn.client()
                    .run(server, LOAD.formatted(topic, turn.seconds(18) + 1) + more)
                    .of("produce", "mbPerS");
        }
    }
}
