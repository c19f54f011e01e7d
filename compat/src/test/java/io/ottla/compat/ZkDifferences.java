package io.ottla.compat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** In what ours answers otherwise than Apache ZooKeeper 3.9.5, on purpose, and how often that was met. */
final class ZkDifferences {
    /**
     * One that is known.
     *
     * @param asked by which requests it is met
     * @param original what the original's line looks like
     * @param ours what ours looks like in its place
     */
    record Known(String name, String reason, Predicate<ZkRequest> asked, Pattern original, Pattern ours) {
        boolean explains(ZkStep step, String originalLine, String ourLine) {
            return step instanceof ZkStep.Send send
                    && send.requests().stream().anyMatch(asked)
                    && original.matcher(originalLine).find()
                    && ours.matcher(ourLine).find();
        }
    }

    static final List<Known> ALL = List.of(
            new Known(
                    "watched-path-checked",
                    "the original adds a persistent watch for what can be no path; it never fires",
                    ZkRequests::watchesBadPath,
                    Pattern.compile("addWatch answered at \\+\\d+ error 0 0"),
                    Pattern.compile("addWatch answered at \\+\\d+ error -8 ")),
            new Known(
                    "unreadable-write-without-zxid",
                    "the original takes a zxid, and logs an error, before it finds that it cannot read the request",
                    ZkRequests::mayBeUnreadable,
                    Pattern.compile("answered at \\+\\d+ error -5 $"),
                    Pattern.compile("answered at \\+\\d+ error -5 $")));

    private final List<Known> known;
    private final Map<String, Integer> met = new TreeMap<>();

    ZkDifferences(List<Known> known) {
        this.known = known;
    }

    boolean same(ZkStep step, List<String> original, List<String> ours) {
        if (original.equals(ours)) return true;
        if (original.size() != ours.size()) return false;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < original.size(); i++) {
            String ofOriginal = original.get(i);
            String ofOurs = ours.get(i);
            if (ofOriginal.equals(ofOurs)) continue;
            var reason = known.stream()
                    .filter(each -> each.explains(step, ofOriginal, ofOurs))
                    .findFirst();
            if (reason.isEmpty()) return false;
            names.add(reason.get().name());
        }
        for (String name : names) met.merge(name, 1, Integer::sum);
        return true;
    }

    Map<String, Integer> met() {
        return met;
    }
}
