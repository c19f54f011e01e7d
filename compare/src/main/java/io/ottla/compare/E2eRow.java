package io.ottla.compare;

import io.ottla.load.LoadFailedException;

/** From the producer to the consumer, at a load that keeps nobody busy. */
final class E2eRow implements Row {
    @Override
    public String name() {
        return "e2e";
    }

    @Override
    public String about() {
        return "end to end, 100 and 1,000 records of 100 bytes a second";
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, InterruptedException {
        try (ServerProcess server = turn.start()) {
            measure(turn, server, 100, "");
            // so many that the client's code is compiled, and what is left is the broker's
            measure(turn, server, 1000, ", 1,000 a second");
        }
    }

    private static void measure(Turn turn, ServerProcess server, int perSecond, String name)
            throws LoadFailedException, InterruptedException {
        double durationS = turn.seconds(30);
        String words = "e2e --rate " + perSecond + " --acks 1 --duration " + durationS + " --warmup " + durationS / 6;
        Client.Measured measured = turn.client().run(server, words);
        turn.less("p50 ms" + name, measured.latencyMs("consume", "p50"));
        turn.less("p99 ms" + name, measured.latencyMs("consume", "p99"));
    }
}
