package io.ottla.sim;

import io.ottla.base.SeededRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * Everything there is in one simulation: time, machines, and who lives beside them (clients, faults). A seed determines
 * all of it.
 *
 * <pre>
 * World world = new World(seed);
 * Machine machine = world.machine("node-0", 1L &lt;&lt; 30);
 * machine.start(environment -&gt; new NodeProgram(config).start(environment));
 * world.checker(…);
 * world.until("ready", 60_000, () -&gt; …);
 * machine.powerLoss();
 * </pre>
 */
public final class World {
    private static final long NS_PER_MS = 1_000_000;

    private final long seed;
    private final SeededRandom random;
    private final Agenda agenda = new Agenda();
    private final Trace trace = new Trace(agenda);
    private final Agenda.Lane lane = new Agenda.Lane(cause -> broken("the world", cause));
    private final Links links = new Links(agenda, lane, trace);
    private final Map<String, Machine> machines = new LinkedHashMap<>();
    private final List<Checker> checkers = new ArrayList<>();
    private UnaryOperator<Program.Environment> disguise = UnaryOperator.identity();
    private SimulationFailure failure;

    public World(long seed) {
        this.seed = seed;
        this.random = new SeededRandom(seed);
    }

    public long seed() {
        return seed;
    }

    /** A source of chance of its own, for one who lives in this world. */
    public SeededRandom random() {
        return random.split();
    }

    public Trace trace() {
        return trace;
    }

    Agenda agenda() {
        return agenda;
    }

    Agenda.Lane lane() {
        return lane;
    }

    /** @param name by which others reach it; it has an address as well ({@link Machine#address}) */
    public Machine machine(String name, long driveBytes) {
        Machine machine = new Machine(this, name, machines.size() + 1, random.split(), driveBytes);
        if (machines.putIfAbsent(name, machine) != null)
            throw new IllegalArgumentException("there is a machine " + name + " already");
        return machine;
    }

    /** The ways between machines, to cut and to heal. */
    public Links links() {
        return links;
    }

    /** By its name or its address. */
    Optional<Machine> machineAt(String host) {
        return machines.values().stream()
                .filter(machine -> machine.name().equals(host)
                        || machine.address().getHostAddress().equals(host))
                .findFirst();
    }

    /** What programs started from now on see in place of what is there: to find out whether a mistake is noticed. */
    public void disguise(UnaryOperator<Program.Environment> as) {
        disguise = as;
    }

    Program.Environment disguised(Program.Environment environment) {
        return disguise.apply(environment);
    }

    public void checker(Checker checker) {
        checkers.add(checker);
    }

    /** Milliseconds since the world began. */
    public long nowMs() {
        return agenda.nowNs() / NS_PER_MS;
    }

    /** Plans something outside the machines: a step of a client, a fault. */
    public void after(long delayMs, Runnable task) {
        agenda.in(delayMs * NS_PER_MS, lane, task);
    }

    // ---- going on

    /** One event, and all checkers; false if nothing is planned any more. */
    public boolean step() {
        boolean happened = agenda.step();
        if (failure != null) throw failure;
        if (!happened) return false;
        for (Checker checker : checkers) {
            try {
                checker.check();
            } catch (RuntimeException | Error e) {
                throw new SimulationFailure(this, "invariant broken: " + checker.name(), e);
            }
        }
        return true;
    }

    /** Goes on for a time. */
    public void run(long forMs) {
        long untilNs = agenda.nowNs() + forMs * NS_PER_MS;
        while (agenda.nextNs() <= untilNs && step()) {}
        agenda.idleUntil(untilNs);
    }

    /**
     * Goes on until {@code holds}.
     *
     * @throws SimulationFailure if it does not within {@code withinMs}: what must make progress does not
     */
    public void until(String what, long withinMs, BooleanSupplier holds) {
        long untilNs = agenda.nowNs() + withinMs * NS_PER_MS;
        while (!holds.getAsBoolean())
            if (agenda.nextNs() > untilNs || !step())
                throw new SimulationFailure(this, "no progress in " + withinMs + " ms: " + what, null);
    }

    // ---- what goes wrong

    /** As a {@link io.ottla.base.FaultHandler}: a fault of the program ends the simulation, even if the program catches it. */
    RuntimeException fault(String doing, Throwable cause) {
        throw failed("fault while " + doing, cause);
    }

    void broken(String who, Throwable cause) {
        throw cause instanceof SimulationFailure known ? known : failed(who + " threw", cause);
    }

    private SimulationFailure failed(String what, Throwable cause) {
        if (failure == null) failure = new SimulationFailure(this, what, cause);
        return failure;
    }
}
