package io.ottla.sim;

import io.ottla.base.FaultHandler;
import io.ottla.base.Limits;
import io.ottla.base.SeededRandom;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A computer in the virtual world: a drive that stays, and a program that comes and goes. */
public final class Machine {
    private final World world;
    private final String name;
    private final InetAddress address;
    private final SeededRandom random;
    private final VirtualDrive drive;
    private final VirtualDisk.Operations operations = new VirtualDisk.Operations();
    private DiskFaults faults = DiskFaults.none();
    private DiskTiming diskTiming = DiskTiming.USUAL;
    private NetworkTiming networkTiming = NetworkTiming.USUAL;
    private Limits limits = Limits.ROOMY;
    private Optional<Run> run = Optional.empty();
    private String lastStop = "never started";
    private int starts;
    private boolean hasPower = true;
    private long frozenUntilNs;

    /** What comes to its kernel while it is frozen. */
    private final List<Runnable> whenNotFrozen = new ArrayList<>();

    /** One run of a program, from its start to its end. */
    private static final class Run {
        final Agenda.Lane lane;
        final VirtualClock clock;
        final VirtualDisk disk;
        final VirtualNetwork network;
        Optional<Program.Running> program = Optional.empty();

        Run(Agenda.Lane lane, VirtualClock clock, VirtualDisk disk, VirtualNetwork network) {
            this.lane = lane;
            this.clock = clock;
            this.disk = disk;
            this.network = network;
        }
    }

    /** @param number of the machine in its world, from 1 */
    Machine(World world, String name, int number, SeededRandom random, long capacityBytes) {
        this.world = world;
        this.name = name;
        address = address(number);
        this.random = random;
        this.drive = new VirtualDrive(capacityBytes);
    }

    private static InetAddress address(int number) {
        try {
            return InetAddress.getByAddress(new byte[] {10, 0, (byte) (number >> 8), (byte) number});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // four bytes are an address
        }
    }

    public String name() {
        return name;
    }

    /** 10.0.x.y, by which other machines reach it, as by its name. */
    public InetAddress address() {
        return address;
    }

    /** Without power it answers nothing; with power, but without a program, it refuses. */
    boolean hasPower() {
        return hasPower;
    }

    /** Where the program that runs now has its turns; empty if none does. */
    Optional<Agenda.Lane> lane() {
        return run.map(now -> now.lane);
    }

    /** Of the program that runs now; empty if none does. */
    Optional<VirtualNetwork> networkNow() {
        return run.map(now -> now.network);
    }

    public VirtualDrive drive() {
        return drive;
    }

    /** How many operations its disk has done, over all runs: where to let the power go next time. */
    public long diskOperations() {
        return operations.number();
    }

    /** From now on the disk fails like this. */
    public void faults(DiskFaults now) {
        faults = now;
    }

    /** For the runs to come. */
    public void timing(DiskTiming disk, NetworkTiming network) {
        diskTiming = disk;
        networkTiming = network;
    }

    /** How much memory it has; for the runs to come. */
    public void limits(Limits now) {
        limits = now;
    }

    public boolean isRunning() {
        return run.isPresent();
    }

    /** How often a program was started on it. */
    public int starts() {
        return starts;
    }

    /** Why the last run ended. */
    public String lastStop() {
        return lastStop;
    }

    public VirtualNetwork network() {
        return current().network;
    }

    public VirtualClock clock() {
        return current().clock;
    }

    public VirtualDisk disk() {
        return current().disk;
    }

    private Run current() {
        return run.orElseThrow(() -> new IllegalStateException(name + " does not run: " + lastStop));
    }

    // ---- coming and going

    /** Starts a program; it begins as an event of its own. */
    public void start(Program program) {
        if (run.isPresent()) throw new IllegalStateException(name + " runs already");
        starts++;
        hasPower = true;
        world.trace().event(name + " starts");
        Agenda agenda = world.agenda();
        Agenda.Lane lane = new Agenda.Lane(this::thrown);
        VirtualClock clock = new VirtualClock(agenda, lane);
        FaultHandler faultHandler = new Faults();
        VirtualDisk disk = new VirtualDisk(
                drive,
                operations,
                agenda,
                lane,
                clock,
                random.split(),
                faultHandler,
                () -> faults,
                diskTiming,
                world.trace());
        VirtualNetwork network = new VirtualNetwork(world, this, lane, random.split(), networkTiming, limits);
        Run starting = new Run(lane, clock, disk, network);
        run = Optional.of(starting);
        SeededRandom forProgram = random.split();
        agenda.in(0, lane, () -> {
            try {
                starting.program = Optional.of(program.start(world.disguised(
                        new Program.Environment(clock, disk, network, limits, forProgram, faultHandler))));
            } catch (IOException e) {
                over("refuses to start: " + e.getMessage());
            }
        });
    }

    private void thrown(Throwable cause) {
        switch (cause) {
            case PowerLoss loss -> {
                if (run.isPresent()) goDark(loss.getMessage()); // else the run ended within this very event
            }
            case Halt halt -> {
                if (run.isPresent()) over(halt.getMessage());
            }
            default -> world.broken(name, cause);
        }
    }

    /** A program may stop itself when a device fails; any other fault ends the simulation, also one that would cost a request only. */
    private final class Faults implements FaultHandler {
        @Override
        public RuntimeException fault(String doing, Throwable cause) {
            if (DeviceException.isBehind(cause)) throw new Halt("halted itself: " + doing, cause);
            throw world.fault(doing, cause);
        }

        @Override
        public void contained(String doing, Throwable cause) {
            throw world.fault(doing, cause);
        }
    }

    /** Asks the program to stop cleanly. */
    public void stop() {
        Run stopping = current();
        world.agenda()
                .in(
                        0,
                        stopping.lane,
                        () -> stopping.program
                                .orElseThrow(() -> new IllegalStateException(name + " has not started yet"))
                                .stop(() -> {
                                    if (run.equals(Optional.of(stopping))) over("stopped cleanly");
                                }));
    }

    /** As kill -9: the process is gone; what it wrote is in the page cache. */
    public void kill() {
        current();
        over("killed");
    }

    private void over(String why) {
        Run ending = current();
        ending.network.reset();
        end(ending, why);
    }

    /** The power goes: what was not synced may be gone too. The machine is off until it is started. */
    public void powerLoss() {
        goDark("power loss");
    }

    private void goDark(String why) {
        Run ending = current();
        if (random.chance(0.5)) ending.network.silence();
        else ending.network.reset();
        end(ending, "power lost: " + why);
        hasPower = false;
        drive.powerLoss(random);
    }

    private void end(Run ending, String why) {
        world.trace().event(name + " ends: " + why);
        world.agenda().kill(ending.lane);
        lastStop = why;
        run = Optional.empty();
    }

    /** The process stands still, as with SIGSTOP or a long collection of garbage. The machine goes on: it takes connections and bytes for it. */
    public void pause(long forNs) {
        Run paused = current();
        world.trace().event(name + " pauses for " + forNs + " ns");
        world.agenda().pause(paused.lane);
        world.agenda().in(forNs, world.lane(), () -> world.agenda().resume(paused.lane));
    }

    /** The whole machine stands still, as a virtual one that is moved: it answers nothing, not even to who knocks. */
    public void freeze(long forNs) {
        world.trace().event(name + " freezes for " + forNs + " ns");
        frozenUntilNs = Math.max(frozenUntilNs, world.agenda().nowNs() + forNs);
        Optional<Agenda.Lane> frozen = lane();
        frozen.ifPresent(world.agenda()::pause);
        world.agenda().in(forNs, world.lane(), () -> {
            if (isFrozen()) return;
            frozen.ifPresent(world.agenda()::resume);
            List<Runnable> waiting = List.copyOf(whenNotFrozen);
            whenNotFrozen.clear();
            waiting.forEach(Runnable::run);
        });
    }

    private boolean isFrozen() {
        return world.agenda().nowNs() < frozenUntilNs;
    }

    /** Runs {@code then} now, or when the machine moves again. */
    void whenNotFrozen(Runnable then) {
        if (isFrozen()) whenNotFrozen.add(then);
        else then.run();
    }
}
