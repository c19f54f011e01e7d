package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes files cold: synced, then dropped from the page cache ({@code posix_fadvise}, POSIX_FADV_DONTNEED). Needs no rights beyond
 * reading them, and touches no other files.
 */
final class PageEviction {
    private static final int O_RDONLY = 0;
    private static final int DONT_NEED = 4;

    private final MethodHandle open;
    private final MethodHandle advise;
    private final MethodHandle close;

    PageEviction() {
        open = CLibrary.function(
                "open", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        advise = CLibrary.function(
                "posix_fadvise",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT));
        close = CLibrary.function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }

    /** All files in a folder and below. @return the bytes of segments among them: indexes may be preallocated */
    long evict(Path folder) throws IOException, LoadFailedException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        long bytes = 0;
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                channel.force(false); // what is dirty would stay
                if (file.toString().endsWith(".log")) bytes += channel.size();
            }
            advise(file);
        }
        return bytes;
    }

    private void advise(Path file) throws LoadFailedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(file.toString());
            int descriptor = (int) open.invokeExact(name, O_RDONLY);
            if (descriptor < 0)
                throw new LoadFailedException(file + " cannot be opened to drop it from the page cache.");
            int error = (int) advise.invokeExact(descriptor, 0L, 0L, DONT_NEED);
            int closed = (int) close.invokeExact(descriptor);
            if (error != 0 || closed != 0)
                throw new LoadFailedException(file + " cannot be dropped from the page cache: error " + error + ".");
        } catch (LoadFailedException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
