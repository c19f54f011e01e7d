package io.ottla.log;

import io.ottla.base.Outcome;
import io.ottla.base.TopicPartition;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a stop could not write, by log directory. A directory that is named in here gets no mark of a clean stop, so that the next start checks its logs:
 * nothing that was acknowledged is lost, for batches are written when they come. On the loop.
 */
final class StopReport {
    /** So many logs are named. */
    private static final int NAMED_MAX = 3;

    private static final class Unwritten {
        final TreeSet<TopicPartition> logs = new TreeSet<>();
        boolean checkpoints;
        boolean failed;
        IOException cause;

        Unwritten(IOException cause) {
            this.cause = cause;
        }
    }

    private final Map<LogDir, Unwritten> byDir = new LinkedHashMap<>();

    private Unwritten in(LogDir dir, IOException cause) {
        return byDir.computeIfAbsent(dir, first -> new Unwritten(cause));
    }

    /** There was no space for what finishes a log: its indexes, and its producers in a snapshot. */
    void noSpaceFor(Log log, IOException cause) {
        in(log.logDir(), cause).logs.add(log.topicPartition());
    }

    /** There was no space for a checkpoint. */
    void noSpaceForCheckpoint(LogDir dir, IOException cause) {
        in(dir, cause).checkpoints = true;
    }

    /** All is written but the mark that says so. */
    void notMarked(LogDir dir, IOException cause) {
        in(dir, cause);
    }

    /** The directory cannot be used any more. */
    void failed(LogDir dir, IOException cause) {
        Unwritten unwritten = in(dir, cause);
        unwritten.failed = true;
        unwritten.cause = cause;
    }

    boolean names(LogDir dir) {
        return byDir.containsKey(dir);
    }

    /** Of the whole stop. */
    Outcome<Void> outcome() {
        Optional<IOException> first =
                byDir.values().stream().map(each -> each.cause).findFirst();
        return first.isEmpty() ? Outcome.done(null) : Outcome.failed(new IOException(sentence(), first.get()));
    }

    private String sentence() {
        String what = byDir.entrySet().stream()
                .map(each -> clause(each.getKey(), each.getValue()))
                .collect(Collectors.joining("; "));
        boolean allFailed = byDir.values().stream().allMatch(each -> each.failed);
        return what
                + "; nothing that was acknowledged is lost: the next start checks the logs there and recovers them, "
                + (allFailed ? "so see to the device first" : "so make room first");
    }

    private static String clause(LogDir dir, Unwritten unwritten) {
        if (unwritten.failed)
            return "the log directory %s has failed (%s)".formatted(dir, unwritten.cause.getMessage());
        if (!NoSpace.isIt(unwritten.cause))
            return "the mark of a clean stop could not be written in %s (%s)"
                    .formatted(dir, unwritten.cause.getMessage());
        return "no space is left in %s for %s".formatted(dir, what(unwritten));
    }

    private static String what(Unwritten unwritten) {
        String checkpoints = unwritten.checkpoints ? "checkpoints" : "the mark of a clean stop";
        int logs = unwritten.logs.size();
        if (logs == 0) return checkpoints;
        String names = unwritten.logs.stream()
                .limit(NAMED_MAX)
                .map(TopicPartition::toString)
                .collect(Collectors.joining(", ", "", logs > NAMED_MAX ? ", …" : ""));
        String finishing = "the indexes and producers of %d %s (%s)".formatted(logs, logs == 1 ? "log" : "logs", names);
        return unwritten.checkpoints ? finishing + " and for checkpoints" : finishing;
    }
}
