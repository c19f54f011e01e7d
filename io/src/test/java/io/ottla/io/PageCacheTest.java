package io.ottla.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Disk.OpenMode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageCacheTest {
    private static final int BYTES = 1_000_000;

    @TempDir
    Path folder;

    private RealDiskFile written() throws Exception {
        RealDiskFile file = RealDiskFile.open(folder.resolve("file"), OpenMode.CREATE);
        byte[] content = new byte[BYTES];
        content[BYTES - 1] = 7;
        file.write(0, ByteBuffer.wrap(content));
        file.sync();
        return file;
    }

    @Test
    void whatWasJustWrittenIsCachedAndWhatWasEvictedIsNot() throws Exception {
        RealDiskFile file = written();
        assertThat(file.isCached(0, BYTES)).isTrue();
        assertThat(file.isCached(5_000, 1)).isTrue();
        Evict.fromPageCache(folder.resolve("file"));
        assertThat(file.isCached(0, BYTES)).isFalse();
        assertThat(file.isCached(BYTES - 1, 1)).isFalse();
        assertThat(file.isCached(BYTES, 10))
                .as("past the end there is nothing to wait for")
                .isTrue();
        file.release();
    }

    @Test
    void readCachedReadsWhatIsThereAndNeverWaits() throws Exception {
        RealDiskFile file = written();
        for (ByteBuffer target : new ByteBuffer[] {ByteBuffer.allocateDirect(100), ByteBuffer.allocate(100)}) {
            assertThat(file.readCached(BYTES - 60, target)).isEqualTo(60);
            assertThat(target.position()).isEqualTo(60);
            assertThat(target.get(59)).isEqualTo((byte) 7);
            assertThat(file.readCached(BYTES, target.clear())).isZero();
            Evict.fromPageCache(folder.resolve("file"));
            assertThat(file.readCached(0, target.clear())).isEqualTo(-1);
            assertThat(target.position()).isZero();
            file.warm(0, BYTES, ByteBuffer.allocate(10_000));
            assertThat(file.readCached(0, target)).isEqualTo(100);
        }
        file.release();
    }
}
