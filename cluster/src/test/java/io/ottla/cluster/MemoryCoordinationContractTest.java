package io.ottla.cluster;

import java.util.function.BooleanSupplier;

class MemoryCoordinationContractTest extends CoordinationContract {
    @Override
    protected World open() {
        FakeLoop loop = new FakeLoop();
        MemoryCoordination coordination = new MemoryCoordination(loop);
        return new World() {
            @Override
            public Coordination coordination() {
                return coordination;
            }

            @Override
            public void onLoop(Runnable task) {
                loop.execute(task);
                loop.drain();
            }

            @Override
            public void await(String what, BooleanSupplier holds) {
                loop.drain();
                if (!holds.getAsBoolean()) throw new AssertionError("waited in vain for " + what);
            }

            @Override
            public void close() {}
        };
    }
}
