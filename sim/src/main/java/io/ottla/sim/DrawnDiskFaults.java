package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.sim.DiskFaults.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * From what the troubles of a disk are drawn, anew for each life of a machine: most have one kind of trouble, some have none. Probabilities are 0 to 1.
 *
 * @param powerLoss the probability that the power goes
 * @param powerLossWithin within so many operations
 * @param kind the probability that a kind of operation fails at all
 * @param failureMax the highest probability with which one of such a kind fails
 * @param runsFull whether such a kind may fail for want of space too, as likely as of the device
 */
record DrawnDiskFaults(double powerLoss, int powerLossWithin, double kind, double failureMax, boolean runsFull) {

    DiskFaults draw(Machine machine, SeededRandom random) {
        List<DiskFaults> faults = new ArrayList<>();
        if (random.chance(powerLoss))
            faults.add(DiskFaults.powerLossAt(machine.diskOperations() + 1 + random.nextInt(powerLossWithin)));
        for (Kind each : Kind.values())
            if (random.chance(kind))
                faults.add(DiskFaults.sometimes(
                        random.split(),
                        random.nextDouble() * failureMax,
                        DiskFaults.on(
                                each,
                                path -> true,
                                !runsFull || random.chance(0.5) ? DiskFaults.EIO : DiskFaults.ENOSPC)));
        return DiskFaults.any(faults);
    }
}
