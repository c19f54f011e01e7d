package io.ottla.io;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

        private static Optional<Calls> find() {
            try {
                Field number = FileDescriptor.class.getDeclaredField("fd");
                number.setAccessible(true);
                MethodHandle preadv2 = CLibrary.function(
                        "preadv2",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT),
                        CLibrary.TELLS_ERRNO);
                MethodHandle syscall = CLibrary.function(
                        "syscall",
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

    /**
     * What a call is given, and gives back. One for each thread, since to allocate it costs as much as the call; a buffer, since its
     * methods are fast from the start, and those of a segment only once they are compiled.
     *
     * <pre>
     * errno      := int, as the linker puts it
     * range      := offset:u64 length:u64                                      (struct cachestat_range)
     * cached     := cached:u64 dirty:u64 writeback:u64 evicted:u64 recent:u64  (struct cachestat)
     * vector     := base:u64 length:u64                                        (struct iovec)
     * </pre>
     */
    private static final class Arguments {
        private static final int ERRNO_AT = 0;
        private static final int RANGE_AT = 16;
        private static final int CACHED_AT = 32;
        private static final int VECTOR_AT = 72;
        private static final int BYTES = 88;

        static final ThreadLocal<Arguments> OF_THREAD = ThreadLocal.withInitial(Arguments::new);

        final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder());
        final MemorySegment errno = MemorySegment.ofBuffer(bytes).asSlice(ERRNO_AT, CLibrary.ERRNO.byteSize());
        final MemorySegment range = MemorySegment.ofBuffer(bytes).asSlice(RANGE_AT, CACHED_AT - RANGE_AT);
        final MemorySegment cached = MemorySegment.ofBuffer(bytes).asSlice(CACHED_AT, VECTOR_AT - CACHED_AT);
        final MemorySegment vector = MemorySegment.ofBuffer(bytes).asSlice(VECTOR_AT, BYTES - VECTOR_AT);

        int error() {
            return bytes.getInt(ERRNO_AT + CLibrary.ERRNO_OFFSET);
        }

        void range(long position, long length) {
            bytes.putLong(RANGE_AT, position).putLong(RANGE_AT + Long.BYTES, length);
        }

        long cachedPages() {
            return bytes.getLong(CACHED_AT);
        }

        void vector(long address, long length) {
            bytes.putLong(VECTOR_AT, address).putLong(VECTOR_AT + Long.BYTES, length);
        }
    }

    private PageCache() {}

    /** Whether all of these bytes (as far as the file goes) are in memory. */
    static boolean holds(RealDiskFile file, long position, long length) throws IOException {
        if (length <= 0) return true;
        boolean isAsked = Calls.FOUND.isPresent() && !Calls.FOUND.get().cachestatMissing;
        long cached = isAsked ? cachedPages(Calls.FOUND.get(), file, position, length) : -1;
        if (cached >= pages(position, position + length)) return true;
        long end = Math.min(position + length, file.channel().size());
        if (end <= position) return true;
        if (cached >= 0) return cached >= pages(position, end);
        try (Arena arena = Arena.ofConfined()) {
            return file.channel()
                    .map(FileChannel.MapMode.READ_ONLY, position, end - position, arena)
                    .isLoaded();
        }
    }

    private static long pages(long position, long end) {
        return (end - 1) / PAGE_BYTES - position / PAGE_BYTES + 1;
    }

    /** −1 if the kernel does not say. */
    private static long cachedPages(Calls calls, RealDiskFile file, long position, long length) throws IOException {
        Arguments arguments = Arguments.OF_THREAD.get();
        arguments.range(position, length);
        try {
            long result = (long) calls.syscall.invokeExact(
                    SYS_CACHESTAT, calls.descriptor(file), arguments.range, arguments.cached, 0);
            if (result == 0) return arguments.cachedPages();
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
        Arguments arguments = Arguments.OF_THREAD.get();
        MemorySegment bytes = MemorySegment.ofBuffer(target);
        int total = 0;
        try {
            while (total < bytes.byteSize()) {
                arguments.vector(bytes.address() + total, bytes.byteSize() - total);
                long read = (long) calls.preadv2.invokeExact(
                        arguments.errno, calls.descriptor(file), arguments.vector, 1, position + total, RWF_NOWAIT);
                if (read == 0) break; // the end
                if (read < 0) {
                    int error = arguments.error();
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
