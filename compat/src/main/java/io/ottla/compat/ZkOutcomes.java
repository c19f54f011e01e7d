package io.ottla.compat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Runs scenarios, each below a node of its own, and says of each what came of it: {@code PASSED}, {@code FAILED}, {@code ABSENT}. */
final class ZkOutcomes {
    private ZkOutcomes() {}

    interface Scenario {
        /**
         * @param server host and port
         * @param root a node that is there for this scenario
         */
        void run(String server, String root) throws Exception;
    }

    static void check(boolean holds, String what, Object seen) {
        if (!holds) throw new AssertionError(what + ", but it is " + seen);
    }

    static void same(Object wanted, Object seen, String what) {
        check(wanted.equals(seen), what + " should be " + wanted, seen);
    }

    /** @param wanted names of scenarios; none for all */
    static void run(Map<String, Scenario> all, String server, String prefix, List<String> wanted) {
        for (Map.Entry<String, Scenario> each : all.entrySet()) {
            if (!wanted.isEmpty() && !wanted.contains(each.getKey())) continue;
            long begunNs = System.nanoTime();
            String outcome;
            try {
                each.getValue().run(server, prefix + "-" + each.getKey());
                outcome = "PASSED " + each.getKey();
            } catch (LinkageError older) {
                outcome = "ABSENT " + each.getKey() + ": " + older.getMessage();
            } catch (Exception | AssertionError e) {
                String text = e + " at " + Arrays.toString(Arrays.copyOf(e.getStackTrace(), 6));
                outcome = "FAILED " + each.getKey() + ": " + text.replace('\n', ' ');
            }
            System.out.println(outcome + " (" + (System.nanoTime() - begunNs) / 1_000_000 + " ms)");
        }
        System.out.flush();
        // a thread of a client that hangs must not hang the run
        Runtime.getRuntime().halt(0);
    }
}
