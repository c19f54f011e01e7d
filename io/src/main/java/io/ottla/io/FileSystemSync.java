package io.ottla.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code syncfs(2)} of Linux, which the JDK has no call for: one call where thousands of files would each wait for the device. It tells of errors of writing
 * since Linux 5.8.
 */
final class FileSystemSync {
    private static final Logger LOG = LoggerFactory.getLogger(FileSystemSync.class);

    private static final int O_RDONLY = 0;

    private record Calls(MethodHandle open, MethodHandle syncfs, MethodHandle close) {
        static final Optional<Calls> FOUND = find();

        private static Optional<Calls> find() {
            try {
                FunctionDescriptor ofDescriptor = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
                FunctionDescriptor ofPath = FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
                return Optional.of(new Calls(
                        CLibrary.function("open", ofPath, CLibrary.TELLS_ERRNO, Linker.Option.firstVariadicArg(2)),
                        CLibrary.function("syncfs", ofDescriptor, CLibrary.TELLS_ERRNO),
                        CLibrary.function("close", ofDescriptor, CLibrary.TELLS_ERRNO)));
            } catch (RuntimeException | UnsatisfiedLinkError e) {
                LOG.info("file systems are not synced as a whole, since {}", e.toString());
                return Optional.empty();
            }
        }
    }

    private FileSystemSync() {}

    static boolean isAvailable() {
        return Calls.FOUND.isPresent();
    }

    /** Blocks until all that was written into the file system of {@code directory} is on the device. */
    static void sync(Path directory) throws IOException {
        Calls calls = Calls.FOUND.orElseThrow();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(CLibrary.ERRNO);
            int descriptor = (int) calls.open.invokeExact(errno, arena.allocateFrom(directory.toString()), O_RDONLY, 0);
            if (descriptor < 0) throw failed(directory, "cannot be opened to be synced", errno);
            int result = (int) calls.syncfs.invokeExact(errno, descriptor);
            IOException failure = result < 0 ? failed(directory, "its file system cannot be synced", errno) : null;
            int closed = (int) calls.close.invokeExact(errno, descriptor);
            if (failure != null) throw failure;
            if (closed < 0) throw failed(directory, "cannot be closed", errno);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static IOException failed(Path directory, String what, MemorySegment errno) {
        return new IOException(
                directory + ": " + what + " (error " + errno.get(ValueLayout.JAVA_INT, CLibrary.ERRNO_OFFSET) + ")");
    }
}
