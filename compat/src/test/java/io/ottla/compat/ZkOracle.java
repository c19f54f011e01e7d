package io.ottla.compat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Runs one stream on two servers and compares what their clients see, line by line. */
final class ZkOracle {
    private static final long SHRINK_MS_MAX = 60_000;

    private final Subject original;
    private final Subject ours;
    private final ZkDifferences known;
    private int runs;
    private long lines;

    /** A server, and how clients come to it. */
    record Subject(ZkServer server, ZkSubject.Door door) {}

    /** Where the two went apart. */
    record Difference(List<ZkStep> steps, int at, List<String> original, List<String> ours) {
        @Override
        public String toString() {
            return IntStream.rangeClosed(0, at)
                            .mapToObj(i -> "  %3d %s\n".formatted(i, steps.get(i)))
                            .collect(Collectors.joining())
                    + "original:\n"
                    + indented(original)
                    + "ours:\n"
                    + indented(ours);
        }

        private static String indented(List<String> lines) {
            return lines.stream().map(line -> "    " + line + "\n").collect(Collectors.joining());
        }
    }

    ZkOracle(Subject original, Subject ours, ZkDifferences known) {
        this.original = original;
        this.ours = ours;
        this.known = known;
    }

    /** The first step at which the servers differ in what is not known. */
    Optional<Difference> compare(List<ZkStep> steps) {
        String root = "/r%06d".formatted(++runs);
        CompletableFuture<List<List<String>>> ofOurs = CompletableFuture.supplyAsync(
                () -> run(ours, root, steps), task -> Thread.ofVirtual().start(task));
        List<List<String>> ofOriginal = run(original, root, steps);
        List<List<String>> observed = ofOurs.join();
        for (int i = 0; i < steps.size(); i++) {
            lines += observed.get(i).size();
            if (!known.same(steps.get(i), ofOriginal.get(i), observed.get(i)))
                return Optional.of(new Difference(steps, i, ofOriginal.get(i), observed.get(i)));
        }
        return Optional.empty();
    }

    /** Answers, events and closed connections that were compared, in all. */
    long lines() {
        return lines;
    }

    private static List<List<String>> run(Subject subject, String root, List<ZkStep> steps) {
        List<List<String>> all = new ArrayList<>();
        try (ZkSubject clients = new ZkSubject(subject.server.port(), subject.door, root, ZkServer.TICK_MS)) {
            for (ZkStep step : steps) all.add(clients.run(step));
        } catch (IOException e) {
            // what remains is not asked; this is seen in its place, and differs though the other may have failed as
            // well
            while (all.size() < steps.size()) all.add(List.of(subject.server.address() + " failed: " + e));
        }
        return all;
    }

    /** Fewer steps, and fewer requests in them, that still differ. */
    Difference shrink(Difference found) {
        long untilMs = System.currentTimeMillis() + SHRINK_MS_MAX;
        Difference smallest = cut(found);
        for (int chunk = Math.max(1, smallest.at / 2); chunk >= 1; chunk /= 2) {
            for (int from = smallest.at - chunk; from >= 0; from -= chunk) {
                if (System.currentTimeMillis() > untilMs) return smallest;
                if (from + chunk > smallest.at) continue;
                List<ZkStep> fewer = new ArrayList<>(smallest.steps);
                fewer.subList(from, from + chunk).clear();
                smallest = compare(fewer).map(ZkOracle::cut).orElse(smallest);
            }
        }
        for (int i = smallest.at; i >= 0 && System.currentTimeMillis() < untilMs; i--) {
            if (i >= smallest.steps.size() || !(smallest.steps.get(i) instanceof ZkStep.Send send)) continue;
            List<ZkRequest> requests = new ArrayList<>(send.requests());
            for (int r = requests.size() - 1; r >= 0 && requests.size() > 1; r--) {
                List<ZkRequest> fewer = new ArrayList<>(requests);
                fewer.remove(r);
                List<ZkStep> steps = new ArrayList<>(smallest.steps);
                steps.set(i, new ZkStep.Send(send.connection(), fewer));
                Optional<Difference> still = compare(steps).map(ZkOracle::cut);
                if (still.isEmpty() || still.get().at != smallest.at) continue;
                smallest = still.get();
                requests = fewer;
            }
        }
        return smallest;
    }

    private static Difference cut(Difference found) {
        return new Difference(List.copyOf(found.steps.subList(0, found.at + 1)), found.at, found.original, found.ours);
    }
}
