package io.ottla.io;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class LoopClockTest {

    /** Threads of libraries go on for a while after the node has stopped. */
    @Test
    void whatComesAfterTheEndIsDropped() {
        LoopClock clock = new LoopClock("closed", Transport.NIO, new Faults());
        clock.close();
        assertThatCode(() -> clock.execute(() -> {})).doesNotThrowAnyException();
    }
}
