package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;

/** A steady 20 MB/s, far below what either server can do: how long acknowledgements take, and what it costs. */
final class SteadyRow implements Row {
    static final double MB_PER_S = 20;
    static final String LOAD =
            "produce steady --keep --existing --partitions 6 --record-size 1000 --rate 20MB --acks all --linger 1";

    @Override
    public String name() {
        return "steady";
    }

    @Override
    public String about() {
        return "a steady 20 MB/s of 1 KB records, acks=all";
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        double durationS = turn.seconds(30);
        double warmupS = durationS / 6;
        try (ServerProcess server = turn.start();
                Client.Running load =
                        turn.client().start(server, LOAD + " --duration " + durationS + " --warmup " + warmupS)) {
            load.awaitMeasuring();
            turn.pass(warmupS);
            double windowS = durationS - warmupS - 2;
            double cpuS = Window.cpuS(turn, server, Math.max(1, windowS));
            Client.Measured measured = load.result();
            turn.less("p50 ms", measured.latencyMs("produce", "p50"));
            turn.less("p99 ms", measured.latencyMs("produce", "p99"));
            turn.less("p99.9 ms", measured.latencyMs("produce", "p99.9"));
            turn.less("server CPU s/GB", cpuS / Math.max(1, windowS) / (MB_PER_S / 1000));
        }
    }
}
