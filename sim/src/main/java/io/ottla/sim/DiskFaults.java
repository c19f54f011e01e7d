package io.ottla.sim;

import io.ottla.base.SeededRandom;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** Decides for each operation of a virtual disk whether it fails. */
@FunctionalInterface
public interface DiskFaults {

    enum Kind {
        OPEN,
        READ,
        WRITE,
        TRUNCATE,
        SYNC,
        /** Looking at names and sizes. */
        LOOK,
        /** Creating, renaming and deleting names. */
        NAME,
        SYNC_DIRECTORY
    }

    /** @param number of the operation on this disk, from 1, over all starts of the machine */
    record Operation(long number, Kind kind, Path path) {}

    sealed interface Verdict {
        /** Goes well. */
        record Pass() implements Verdict {}

        /** An IOException; of a write any prefix, of a sync any part may be done. */
        record Fail(String message) implements Verdict {}

        /** The machine goes dark within the operation. */
        record GoDark() implements Verdict {}
    }

    Verdict PASS = new Verdict.Pass();
    Verdict EIO = new Verdict.Fail("Input/output error");
    Verdict ENOSPC = new Verdict.Fail("No space left on device");
    Verdict GO_DARK = new Verdict.GoDark();

    Verdict judge(Operation operation);

    static DiskFaults none() {
        return operation -> PASS;
    }

    /** Power is lost in the {@code number}th operation. */
    static DiskFaults powerLossAt(long number) {
        return operation -> operation.number() == number ? GO_DARK : PASS;
    }

    /** Every operation of a kind on some paths has this verdict. */
    static DiskFaults on(Kind kind, Predicate<Path> paths, Verdict verdict) {
        return operation -> operation.kind() == kind && paths.test(operation.path()) ? verdict : PASS;
    }

    /** An operation of that kind, on those paths, fails with a probability of 0 to 1. */
    static DiskFaults sometimes(SeededRandom random, double probability, DiskFaults when) {
        return operation -> {
            Verdict verdict = when.judge(operation);
            return verdict.equals(PASS) || random.chance(probability) ? verdict : PASS;
        };
    }

    /** The first that does not pass. */
    static DiskFaults any(List<DiskFaults> faults) {
        return operation -> faults.stream()
                .map(fault -> fault.judge(operation))
                .filter(verdict -> !verdict.equals(PASS))
                .findFirst()
                .orElse(PASS);
    }
}
