package io.ottla.log;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes logs that nobody writes to, long before a clean stop would have to ({@link LogFinish}): round after round of some logs of one directory, each round
 * made durable by one sync of the file system while little is written, else log by log. It rests nine times as long as a round took, so it takes at
 * most a tenth of one disk thread. On the loop.
 */
final class IdleFinish {
    private static final Logger logger = LoggerFactory.getLogger(IdleFinish.class);
    private static final int LOGS_PER_ROUND = 1000;
    private static final int LOGS_AT_ONCE = 2;
    /** A sync of the file system writes what others left too: with so much written in a second it is not worth that. */
    private static final long QUIET_BYTES_MAX = 16 << 20;

    private static final int REST = 9;

    private final Logs logs;
    private final LogContext context;
    private final Clock clock;
    private final ArrayDeque<Log> due = new ArrayDeque<>();
    private long bytesSeen;
    private boolean running;
    private boolean stopped;
    /** The last log that was to be finished found no room. */
    private boolean outOfSpace;

    private long beganNs;
    private long restUntilNs = Long.MIN_VALUE;

    IdleFinish(Logs logs, LogContext context, Clock clock) {
        this.logs = logs;
        this.context = context;
        this.clock = clock;
    }

    void stop() {
        stopped = true;
    }

    /** To be called about once a second. */
    void tick(long nowMs) {
        List<Log> found = new ArrayList<>();
        long bytes = 0;
        for (Log log : logs.opened()) {
            bytes += log.active().sizeBytes();
            boolean isWanted = log.finish().isDue(nowMs) && !running && found.size() < LOGS_PER_ROUND;
            if (isWanted && (found.isEmpty() || found.getFirst().logDir() == log.logDir())) found.add(log);
        }
        boolean isQuiet = Math.abs(bytes - bytesSeen) <= QUIET_BYTES_MAX;
        bytesSeen = bytes;
        if (running || stopped || found.isEmpty() || clock.monotonicNs() < restUntilNs) return;
        running = true;
        beganNs = clock.monotonicNs();
        due.addAll(found);
        boolean isTogether = isQuiet
                && found.size() >= context.settings().finishing().togetherMin()
                && context.disk().syncsFileSystems();
        if (isTogether) new Together(found.getFirst().logDir()).next();
        else new OneByOne().next();
    }

    private void over() {
        long nowNs = clock.monotonicNs();
        restUntilNs = nowNs + REST * (nowNs - beganNs);
        due.clear();
        running = false;
    }

    private boolean goesOn() {
        return !due.isEmpty() && !stopped;
    }

    /** Failures of a directory are told to all; a full disk is for the stop to find again. */
    private void failed(Log log, IOException cause) {
        if (!NoSpace.isIt(cause)) {
            if (log.isUsable()) log.failed(cause);
            return;
        }
        // once, not for every log and every second
        if (!outOfSpace) logger.warn("{}: no space left to finish it and others that are idle", log.topicPartition());
        outOfSpace = true;
    }

    private final class OneByOne {
        void next() {
            if (!goesOn()) {
                over();
                return;
            }
            Log log = due.remove();
            if (!log.finish().isNeeded()) {
                clock.execute(this::next);
                return;
            }
            log.finish().finish(outcome -> {
                switch (outcome) {
                    case Outcome.Done<Long> done -> outOfSpace = false;
                    case Outcome.Failed<Long>(IOException cause) -> failed(log, cause);
                }
                next();
            });
        }
    }

    private final class Together {
        private final LogDir dir;
        private final List<LogFinish.Finished> written = new ArrayList<>();
        private int atWork;

        Together(LogDir dir) {
            this.dir = dir;
        }

        void next() {
            while (goesOn() && atWork < LOGS_AT_ONCE) {
                Log log = due.remove();
                if (!log.finish().isNeeded()) continue;
                atWork++;
                log.finish().write(done(log));
            }
            if (atWork == 0) sync();
        }

        private Completion<LogFinish.Finished> done(Log log) {
            return outcome -> {
                atWork--;
                switch (outcome) {
                    case Outcome.Done<LogFinish.Finished>(LogFinish.Finished finished) -> {
                        outOfSpace = false;
                        written.add(finished);
                    }
                    case Outcome.Failed<LogFinish.Finished>(IOException cause) -> failed(log, cause);
                }
                next();
            };
        }

        private void sync() {
            if (written.isEmpty() || stopped || dir.failure().isPresent()) {
                over();
                return;
            }
            LogFinish.sync(context, dir, written, IdleFinish.this::over);
        }
    }
}
