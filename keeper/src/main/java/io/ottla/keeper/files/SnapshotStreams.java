package io.ottla.keeper.files;

import io.ottla.base.DiskFile;
import io.ottla.keeper.api.KeeperOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.xerial.snappy.SnappyOutputStream;

/** How the bytes of a snapshot stand in its file: as they are, or compressed, as the end of its name says (SnapStream of the original). */
public final class SnapshotStreams {
    private static final int BUFFER_BYTES = 256 * 1024;

    private SnapshotStreams() {}

    /** @throws IOException if it does not even begin as its name says */
    public static InputStream reader(DiskFile file, String name) throws IOException {
        InputStream in = new DiskInput(file, 0, BUFFER_BYTES);
        if (name.endsWith(KeeperOptions.Compression.GZIP.suffix)) return new GZIPInputStream(in, BUFFER_BYTES);
        if (name.endsWith(KeeperOptions.Compression.SNAPPY.suffix)) return new SnappyInput(in);
        return in;
    }

    /** Closing it writes what is left to {@code out}. */
    static OutputStream writer(OutputStream out, KeeperOptions.Compression compression) throws IOException {
        return switch (compression) {
            case NONE -> out;
            case GZIP -> new GZIPOutputStream(out, BUFFER_BYTES);
            case SNAPPY -> new SnappyOutputStream(out);
        };
    }
}
