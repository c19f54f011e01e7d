package io.ottla.keeper;

/** The quorum of a server that is alone: what is durable here is committed, and what could not be written never was. */
final class Alone implements Broadcast {
    private final Delivery delivery;

    Alone(Delivery delivery) {
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
