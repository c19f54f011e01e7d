package io.ottla.sim;

import io.ottla.base.Network;
import io.ottla.base.Network.DialFailure;
import io.ottla.base.Network.DialFailure.Reason;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * One attempt of a node to connect to a machine of the world, by its name, its address, or as 127.0.0.1 to itself. A machine with power refuses where
 * nobody listens, and takes the connection where somebody does, also while that process is stopped: it is the kernel that answers. One without power, one
 * that is frozen and one beyond a way that is cut answer nothing.
 */
final class VirtualDialing implements Network.Dialing, Pipe.Sink {
    private static final long NS_PER_MS = 1_000_000;

    private final VirtualNetwork network;
    private final Network.Destination to;
    private final Network.Caller caller;

    /** Both directions, once the other side has let us in. */
    private Optional<Pipe> out = Optional.empty();

    private Optional<Pipe> in = Optional.empty();
    private Optional<VirtualConnection> connection = Optional.empty();
    private boolean isOver;

    VirtualDialing(VirtualNetwork network, Network.Destination to, Network.Caller caller) {
        this.network = network;
        this.to = to;
        this.caller = caller;
    }

    void start() {
        long connectMsMax = to.limits().connectMsMax();
        network.after(
                connectMsMax * NS_PER_MS,
                () -> failed(Reason.TIMED_OUT, to + " did not answer within " + connectMsMax + " ms"));
        if (to.security() instanceof Network.DialSecurity.Tls) {
            network.soon(() -> failed(Reason.NOT_SECURED, "only plain connections are simulated"));
            return;
        }
        Optional<Machine> target =
                isSelf() ? Optional.of(network.machine()) : network.world().machineAt(to.host());
        if (target.isPresent()) knock(target.get());
        else network.soon(() -> failed(Reason.UNKNOWN_HOST, "the host " + to.host() + " is not known"));
    }

    private boolean isSelf() {
        return to.host().equals("127.0.0.1") || to.host().equals("localhost");
    }

    private long travelNs() {
        return network.timing().draw(network.random());
    }

    private void knock(Machine target) {
        Links.Link way = network.world().links().between(network.machine(), target);
        if (way.isCut()) {
            way.whenHealed(() -> knock(target));
            return;
        }
        Agenda agenda = network.world().agenda();
        agenda.in(travelNs(), network.world().lane(), () -> {
            if (target.hasPower()) target.whenNotFrozen(() -> arrive(target));
        });
    }

    /** At the kernel there. */
    private void arrive(Machine target) {
        if (isOver || !target.hasPower()) return;
        Optional<VirtualNetwork> listening =
                target.networkNow().filter(running -> running.listensFor(network.machine(), to.port()));
        if (listening.isEmpty()) {
            refuse(target);
            return;
        }
        VirtualNetwork there = listening.get();
        World world = network.world();
        Links.Link way = world.links().between(network.machine(), target);
        Links.Link wayBack = world.links().between(target, network.machine());
        InetSocketAddress local = network.nextAddress(target);
        InetSocketAddress remote =
                new InetSocketAddress(isSelf() ? VirtualNetwork.loopback() : target.address(), to.port());
        Pipe toThere = new Pipe(
                world.agenda(), network.random(), network.timing(), network.lane(), there.lane(), way, wayBack);
        Pipe toHere = new Pipe(
                world.agenda(), network.random(), network.timing(), there.lane(), network.lane(), wayBack, way);
        toHere.sink(this);
        out = Optional.of(toThere);
        in = Optional.of(toHere);
        toHere.open(() -> connected(local, remote, toHere, toThere));
        there.knocked(to.port(), local, toThere, toHere);
    }

    private void refuse(Machine target) {
        Links.Link wayBack = network.world().links().between(target, network.machine());
        if (wayBack.isCut()) wayBack.whenHealed(() -> refuse(target));
        else network.after(travelNs(), () -> failed(Reason.REFUSED, "nobody listens at " + to));
    }

    private void connected(InetSocketAddress local, InetSocketAddress remote, Pipe toHere, Pipe toThere) {
        if (isOver) return;
        over();
        VirtualConnection made = network.dialled(to, local, remote, toHere, toThere);
        connection = Optional.of(made);
        made.open(caller.connected(made));
    }

    // ---- what comes here

    @Override
    public void arrived(byte[] bytes) {
        connection.ifPresent(made -> made.arrived(bytes));
    }

    @Override
    public void ended(boolean broken) {
        if (connection.isPresent()) connection.get().ended(broken);
        else failed(Reason.REFUSED, "whoever listened at " + to + " is gone");
    }

    // ---- the end

    private void failed(Reason reason, String why) {
        if (isOver) return;
        giveUp();
        caller.failed(new DialFailure(reason, why));
    }

    @Override
    public void giveUp() {
        if (isOver) return;
        over();
        out.ifPresent(Pipe::breakOff);
        in.ifPresent(Pipe::refuse);
    }

    private void over() {
        isOver = true;
        network.over(this);
    }

    /** The process is gone. */
    void reset() {
        giveUp();
    }

    /** The power of this machine went. */
    void silence() {
        isOver = true;
        out.ifPresent(Pipe::silence);
        in.ifPresent(Pipe::silence);
    }
}
