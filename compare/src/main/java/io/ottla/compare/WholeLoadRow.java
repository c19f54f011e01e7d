package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** All loads one after another on one server, as on a server that has been up for a while: its memory afterwards. */
class WholeLoadRow implements Row {
    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String about() {
        return "memory after all loads on one server";
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, ExecutionException, InterruptedException {
        try (ServerProcess server = turn.start()) {
            load(turn, server);
            turn.less("RSS MB", server.figures().rssMb());
        }
    }

    static void load(Turn turn, ServerProcess server) throws LoadFailedException, IOException, InterruptedException {
        int topic = 0;
        for (Workload workload : List.of(Workload.ONE_KB, Workload.SMALL, Workload.LZ4, Workload.ONE_BY_ONE)) {
            String name = "whole-" + ++topic;
            workload.produce(turn, server, name);
            workload.consume(turn, server, name);
        }
        turn.client().run(server, SteadyRow.LOAD + " --duration " + turn.seconds(20));
        turn.client().run(server, "e2e --duration " + turn.seconds(20));
    }
}
