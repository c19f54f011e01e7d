package io.ottla.sim;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Z14: the numbers of sequential nodes below a parent rise with the zxid, through deletes and crashes. */
final class SequenceChecker extends HistoryChecker<ZookeeperObservation> {
    private static final int DIGITS = 10;

    private final Map<String, TreeMap<Long, Long>> numbers = new HashMap<>();

    SequenceChecker(ZookeeperHistory history) {
        super("Z14: sequence numbers rise", history);
    }

    @Override
    void look(ZookeeperObservation observation) {
        if (!(observation instanceof ZookeeperObservation.Answered answered)) return;
        if (!(answered.op() instanceof ZnodeOp.Create create) || !create.sequential()) return;
        for (ZnodeSeen seen : answered.seen()) {
            String digits = seen.path().substring(create.path().length());
            if (digits.length() != DIGITS) throw broken("%s is no sequential name", seen);
            long number = Long.parseLong(digits);
            TreeMap<Long, Long> known = numbers.computeIfAbsent(create.path(), absent -> new TreeMap<>());
            var before = known.lowerEntry(seen.czxid());
            var after = known.higherEntry(seen.czxid());
            if ((before != null && before.getValue() >= number) || (after != null && after.getValue() <= number))
                throw broken("%s between %s and %s", seen, before, after);
            known.put(seen.czxid(), number);
        }
    }
}
