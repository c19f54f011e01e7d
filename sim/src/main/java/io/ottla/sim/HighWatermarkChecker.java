package io.ottla.sim;

import io.ottla.sim.Observation.Fetched;
import io.ottla.sim.Observation.Read;

/** No record at or above the high watermark of the same answer; with read_committed, of the last stable offset. */
final class HighWatermarkChecker extends HistoryChecker<Observation> {
    HighWatermarkChecker(History<Observation> history) {
        super("R14 no fetch returns a record at or above the high watermark", history);
    }

    @Override
    void look(Observation observation) {
        if (!(observation instanceof Fetched fetched)) return;
        boolean knowsStable = fetched.version() >= 4;
        if (knowsStable && fetched.lastStableOffset() > fetched.highWatermark())
            throw broken("the last stable offset is above the high watermark: %s", fetched);
        long bound = knowsStable && fetched.readCommitted() ? fetched.lastStableOffset() : fetched.highWatermark();
        for (Read record : fetched.records())
            if (record.offset() >= bound) throw broken("%s is not below %d: %s", record, bound, fetched);
    }
}
