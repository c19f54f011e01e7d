package io.ottla.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Clock;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StartWaitTest {
    /** Has one timer. */
    private static final class OneTimer implements Clock {
        private Optional<Runnable> task = Optional.empty();
        private long delayMs;

        @Override
        public long nowMs() {
            return 0;
        }

        @Override
        public long monotonicNs() {
            return 0;
        }

        @Override
        public void execute(Runnable task) {
            throw new AssertionError("nothing to execute");
        }

        @Override
        public Timer after(long delayMs, Runnable task) {
            assertThat(this.task).isEmpty();
            this.delayMs = delayMs;
            this.task = Optional.of(task);
            return () -> this.task = Optional.empty();
        }

        void fire() {
            Runnable due = task.orElseThrow();
            task = Optional.empty();
            due.run();
        }
    }

    @Test
    void whatIsWaitedForIsToldWithinASecondAndThenAgain() {
        OneTimer clock = new OneTimer();
        StartWait wait = new StartWait(clock);
        wait.on("one");
        assertThat(clock.delayMs).isLessThan(1000);
        clock.fire();
        assertThat(clock.delayMs).isEqualTo(StartWait.TOLD_AGAIN_MS);
        wait.on("another");
        assertThat(clock.delayMs).isLessThan(1000);
        wait.over();
        assertThat(clock.task).isEmpty();
    }
}
