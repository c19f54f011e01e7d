package io.ottla.keeper.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AloneTest extends BroadcastContract {
    @Override
    Broadcast leading(Broadcast.Delivery delivery, long last) {
        return new Alone(delivery);
    }

    @Test
    void nothingIsCommittedBeforeItIsDurableHere() {
        Broadcast broadcast = leading(told, 0);
        broadcast.propose(proposal(1));
        broadcast.propose(proposal(2));
        assertThat(told.news()).containsExactly("append 1", "append 2");
        broadcast.durable(1);
        assertThat(told.news()).containsExactly("commit 1");
    }

    /** Nobody else has it. */
    @Test
    void whatCouldNotBeWrittenNeverWas() {
        Broadcast broadcast = leading(told, 0);
        broadcast.propose(proposal(1));
        broadcast.unwritten("the disk is full");
        broadcast.propose(proposal(1));
        broadcast.durable(1);
        assertThat(told.news()).containsExactly("append 1", "withdraw: the disk is full", "append 1", "commit 1");
    }
}
