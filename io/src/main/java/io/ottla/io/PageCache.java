package io.ottla.io;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Linux what of a file is in memory, which the JDK has no call for: {@code cachestat(2)} (Linux 6.5) and
 * {@code preadv2(2)} with {@code RWF_NOWAIT} (Linux 4.14). Both want the number of the open file, which Java gives away
 * only with {@code --add-opens java.base/java.io=ALL-UNNAMED}. Where any of it is missing, {@code mincore(2)} does, by way
 * of a mapping that nobody touches ({@link MemorySegment#isLoaded}): slower, to the same effect.
 *
 * <p>The answer is a moment's: the kernel may drop a page right after.
 */
final class PageCache {
    private static final Logger LOG = LoggerFactory.getLogger(PageCache.class);

    private static final int RWF_NOWAIT = 8; // linux/fs.h
    private static final long SYS_CACHESTAT = 451; // the same number on every architecture
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;
    private static final int EOPNOTSUPP = 95; // the file system cannot tell
    private static final int PAGE_BYTES = 4096; // bigger pages only make the count smaller, which reads as cold

    private static final StructLayout ERRNO = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_VALUE = ERRNO.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /** Looked up when the first file is asked about, not when the process starts. */
    private static final class Calls {
        static final Optional<Calls> FOUND = find();

        final Field descriptorNumber;
        final MethodHandle preadv2;
        final MethodHandle syscall;
        volatile boolean cachestatMissing;
        volatile boolean nowaitMissing;

        private Calls(Field descriptorNumber, MethodHandle preadv2, MethodHandle syscall) {
            this.descriptorNumber = descriptorNumber;
            this.preadv2 = preadv2;
            this.syscall = syscall;
        }

        @SuppressWarnings("restricted") // the addresses come from the C library, their shapes from its manual
        private static Optional<Calls> find() {
            try {
                Field number = FileDescriptor.class.getDeclaredField("fd");
                number.setAccessible(true);
                Linker linker = Linker.nativeLinker();
                Linker.Option errno = Linker.Option.captureCallState("errno");
                MethodHandle preadv2 = linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("preadv2"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT),
                        errno);
                MethodHandle syscall = linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("syscall"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT),
                        Linker.Option.firstVariadicArg(1));
                return Optional.of(new Calls(number, preadv2, syscall));
            } catch (ReflectiveOperationException | RuntimeException | UnsatisfiedLinkError e) {
                LOG.info("what is in the page cache is found out by mincore, since {}", e.toString());
                return Optional.empty();
            }
        }

        int descriptor(RealDiskFile file) throws IOException {
            try {
                return descriptorNumber.getInt(file.file().getFD());
            } catch (IllegalAccessException e) {
                throw new IllegalStateException("the field was made accessible", e);
            }
        }
    }

    private PageCache() {}

    /** Whether all of these bytes (as far as the file goes) are in memory. */
    static boolean holds(RealDiskFile file, long position, long length) throws IOException {
        long end = Math.min(position + length, file.channel().size());
        if (end <= position) return true;
        if (Calls.FOUND.isPresent() && !Calls.FOUND.get().cachestatMissing) {
            long pages = cachedPages(Calls.FOUND.get(), file, position, end - position);
            if (pages >= 0) return pages >= (end - 1) / PAGE_BYTES - position / PAGE_BYTES + 1;
        }
        try (Arena arena = Arena.ofConfined()) {
            return file.channel()
                    .map(FileChannel.MapMode.READ_ONLY, position, end - position, arena)
                    .isLoaded();
        }
    }

    /** −1 if the kernel does not say. */
    private static long cachedPages(Calls calls, RealDiskFile file, long position, long length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            // struct cachestat_range { u64 off, len }; struct cachestat { u64 nr_cache, dirty, writeback, evicted,
            // recently }
            MemorySegment range = arena.allocate(ValueLayout.JAVA_LONG, 2);
            MemorySegment found = arena.allocate(ValueLayout.JAVA_LONG, 5);
            range.setAtIndex(ValueLayout.JAVA_LONG, 0, position);
            range.setAtIndex(ValueLayout.JAVA_LONG, 1, length);
            long result = (long) calls.syscall.invokeExact(SYS_CACHESTAT, calls.descriptor(file), range, found, 0);
            if (result == 0) return found.getAtIndex(ValueLayout.JAVA_LONG, 0);
            calls.cachestatMissing = true;
            return -1;
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads what is in memory from {@code position} on: as many bytes as go without waiting, 0 at the end, −1 if none. */
    static int read(RealDiskFile file, long position, ByteBuffer target) throws IOException {
        if (Calls.FOUND.isPresent() && !Calls.FOUND.get().nowaitMissing && target.isDirect()) {
            int read = readNoWait(Calls.FOUND.get(), file, position, target);
            if (read != UNSUPPORTED) return read;
        }
        if (!holds(file, position, target.remaining())) {
            // perhaps the first page at least
            int first = (int) Math.min(target.remaining(), PAGE_BYTES - position % PAGE_BYTES);
            if (!holds(file, position, first)) return -1;
            ByteBuffer page = target.slice(target.position(), first);
            int read = file.read(position, page);
            target.position(target.position() + read);
            return read;
        }
        return file.read(position, target);
    }

    private static final int UNSUPPORTED = -2;

    private static int readNoWait(Calls calls, RealDiskFile file, long position, ByteBuffer target) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO);
            MemorySegment vector = arena.allocate(ValueLayout.JAVA_LONG, 2);
            MemorySegment bytes = MemorySegment.ofBuffer(target);
            int total = 0;
            while (total < bytes.byteSize()) {
                vector.setAtIndex(ValueLayout.JAVA_LONG, 0, bytes.address() + total);
                vector.setAtIndex(ValueLayout.JAVA_LONG, 1, bytes.byteSize() - total);
                long read = (long) calls.preadv2.invokeExact(
                        errno, calls.descriptor(file), vector, 1, position + total, RWF_NOWAIT);
                if (read == 0) break; // the end
                if (read < 0) {
                    int error = (int) ERRNO_VALUE.get(errno, 0L);
                    if (error == EINTR) continue;
                    if (total > 0) break;
                    if (error == EAGAIN) return -1;
                    if (error == EOPNOTSUPP) calls.nowaitMissing = true;
                    return UNSUPPORTED; // if it is an error of the device, an ordinary read will meet it and name it
                }
                total += (int) read;
            }
            return moved(target, total);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static int moved(ByteBuffer target, int bytes) {
        target.position(target.position() + bytes);
        return bytes;
    }
}
