package io.ottla.io;

import java.io.IOException;
import java.nio.file.Path;

/** Makes a file cold, by the one tool that every Linux has for it. */
final class Evict {
    private Evict() {}

    /** The file must have been synced. */
    static void fromPageCache(Path path) throws IOException, InterruptedException {
        new ProcessBuilder("dd", "if=" + path, "iflag=nocache", "count=0", "status=none")
                .start()
                .waitFor();
    }
}
