package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;

/** Start to the first Metadata answer, on a new and on an existing directory, and memory when nothing happens. */
final class StartRow implements Row {
    private static final double IDLE_S = 10;

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String about() {
        return "start to the first Metadata answer, and idle memory with one topic";
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        try (ServerProcess server = turn.start()) {
            turn.less("first start s", server.startS());
            turn.client().run(server, "produce idle --keep --count 1");
            turn.less("clean stop s", server.stop());
            server.start();
            turn.less("second start s", server.startS());
            turn.pass(turn.seconds(IDLE_S));
            turn.less("idle RSS MB", server.figures().rssMb());
        }
    }
}
