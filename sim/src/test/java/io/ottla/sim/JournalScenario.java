package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.sim.DiskFaults.Kind;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** A client that sends numbers to a {@link Journal}, power losses and disk faults, and what must hold: no answered number is lost. */
final class JournalScenario implements Simulation.Scenario, VirtualPeer.Listener {
    private static final int LIVES = 6;

    private final Journal.Mistake mistake;
    private final TreeSet<Long> answered = new TreeSet<>();
    private byte[] inbox = new byte[0];
    private World world;
    private Machine machine;
    private SeededRandom random;
    private VirtualPeer peer;
    private long lastNumber;

    JournalScenario(Journal.Mistake mistake) {
        this.mistake = mistake;
    }

    @Override
    public void run(World into) {
        world = into;
        random = world.random();
        machine = world.machine("journal", 1 << 22);
        for (int life = 0; life < LIVES; life++) {
            machine.faults(faults());
            machine.start(new Journal(mistake));
            client();
            world.run(200 + random.nextInt(300));
            end();
            world.run(100);
        }
        machine.faults(DiskFaults.none());
        machine.start(new Journal(mistake));
        world.run(1000);
        List<Long> kept = entries();
        if (!kept.containsAll(answered)) {
            List<Long> lost = new ArrayList<>(answered);
            lost.removeAll(kept);
            throw new AssertionError("answered and lost: " + lost);
        }
        machine.stop();
        world.run(10);
    }

    private List<Long> entries() {
        return machine.drive().find(Journal.FILE) instanceof FileNode file ? Journal.entries(file) : List.of();
    }

    private DiskFaults faults() {
        return DiskFaults.any(List.of(
                DiskFaults.powerLossAt(machine.diskOperations() + 1 + random.nextInt(400)),
                DiskFaults.sometimes(
                        random.split(), 0.02, DiskFaults.on(Kind.SYNC, Journal.FILE::equals, DiskFaults.EIO)),
                DiskFaults.sometimes(
                        random.split(), 0.01, DiskFaults.on(Kind.WRITE, (Path path) -> true, DiskFaults.ENOSPC))));
    }

    private void end() {
        if (!machine.isRunning()) return;
        switch (random.nextInt(3)) {
            case 0 -> machine.kill();
            case 1 -> machine.stop();
            default -> machine.powerLoss();
        }
    }

    // ---- the client

    private void client() {
        world.after(1, () -> {
            if (!machine.isRunning()) return;
            inbox = new byte[0];
            peer = machine.network().connect(Journal.PORT, this);
            send(peer);
        });
    }

    private void send(VirtualPeer to) {
        if (to.isClosed() || to != peer) return;
        for (int i = random.nextInt(4); i >= 0; i--)
            to.send(ByteBuffer.allocate(12).putInt(8).putLong(++lastNumber).array());
        world.after(1 + random.nextInt(5), () -> send(to));
    }

    @Override
    public void received(byte[] bytes) {
        ByteBuffer all = ByteBuffer.allocate(inbox.length + bytes.length)
                .put(inbox)
                .put(bytes)
                .flip();
        while (all.remaining() >= 8) {
            long number = all.getLong();
            answered.add(number);
            world.trace().event("answered " + number);
        }
        inbox = new byte[all.remaining()];
        all.get(inbox);
    }

    @Override
    public void closed(boolean broken) {
        if (machine.isRunning()) client();
    }

    int answered() {
        return answered.size();
    }
}
