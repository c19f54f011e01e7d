package io.ottla.bench;

import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.log.Append;
import io.ottla.log.AppendOrigin;
import io.ottla.log.Log;
import io.ottla.log.LogConfig;
import io.ottla.log.LogDir;
import io.ottla.log.LogDirException;
import io.ottla.log.LogSettings;
import io.ottla.log.Logs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** One log in a temporary folder. */
final class SampleLog implements AutoCloseable {
    private final InlineDisk disk = new InlineDisk();
    private final Logs logs;
    private final Log log;

    SampleLog() {
        try {
            LogDir dir = LogDir.open(disk.folder(), disk);
            dir.claim(1, "ottla-bench-cluster-id", new TopicId(1, 2));
            logs = new Logs(List.of(dir), disk, disk, LogSettings.DEFAULTS, new SeededRandom(1));
        } catch (LogDirException e) {
            throw new IllegalStateException(e);
        }
        log = disk.await(
                done -> logs.open(new TopicPartition("orders", 0), new TopicId(3, 4), LogConfig.of(Map.of()), done));
    }

    Log log() {
        return log;
    }

    void append(ByteBuffer batch) throws IOException {
        Append append = log.append(disk.nowMs(), batch, AppendOrigin.CLIENT, 0);
        if (!(append instanceof Append.Appended)) throw new IllegalStateException(append.toString());
        log.highWatermark(log.endOffset());
    }

    /** Lets what the log has left for a disk thread happen. */
    void settle() {
        disk.run();
    }

    @Override
    public void close() {
        disk.<Void>await(done -> logs.closeCleanly(0, done));
        disk.close();
    }
}
