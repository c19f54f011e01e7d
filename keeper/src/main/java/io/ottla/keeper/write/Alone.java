package io.ottla.keeper.write;

import io.ottla.keeper.files.Proposal;

/** The quorum of a server that is alone: what is durable here is committed, and what could not be written never was. */
public final class Alone implements Broadcast {
    private final Delivery delivery;

    public Alone(Delivery delivery) {
        this.delivery = delivery;
    }

    @Override
    public void propose(Proposal proposal) {
        delivery.append(proposal);
    }

    @Override
    public void durable(long zxid) {
        delivery.commit(zxid);
    }

    @Override
    public void unwritten(String why) {
        delivery.withdraw(why);
    }
}
