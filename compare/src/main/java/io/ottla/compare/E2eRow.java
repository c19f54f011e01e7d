package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;

/** From the producer to the consumer, at a load that keeps nobody busy. */
final class E2eRow implements Row {
    @Override
    public String name() {
        return "e2e";
    }

    @Override
    public String about() {
        return "end to end, 100 records of 100 bytes a second";
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        try (ServerProcess server = turn.start()) {
            double durationS = turn.seconds(30);
            Client.Measured measured = turn.client()
                    .run(server, "e2e --rate 100 --acks 1 --duration " + durationS + " --warmup " + durationS / 6);
            turn.less("p50 ms", measured.latencyMs("consume", "p50"));
            turn.less("p99 ms", measured.latencyMs("consume", "p99"));
        }
    }
}
