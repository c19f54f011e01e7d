package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory that is taken and kept until it is closed, so that the page cache is smaller than the data: what is read over and over comes
 * from the device each time, as it would of a log larger than the machine's memory.
 */
final class Ballast implements AutoCloseable {
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final long PIECE_BYTES = 256 << 20;

    private final MethodHandle malloc; // the JDK's own ways are bounded by the size of its heap
    private final MethodHandle free;
    private final List<MemorySegment> taken = new ArrayList<>();

    private Ballast() {
        malloc = CLibrary.function("malloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
        free = CLibrary.function("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    }

    /** @param leftBytes how much of the memory that is available now is left to others */
    static Ballast leaving(long leftBytes) throws IOException, LoadFailedException {
        long pieces = (availableBytes(Files.readString(MEMORY)) - leftBytes) / PIECE_BYTES;
        if (pieces < 0)
            throw new LoadFailedException(
                    "This needs %.1f GB of memory, which this machine has not got free; a smaller --scale needs less."
                            .formatted(leftBytes / 1e9));
        Ballast ballast = new Ballast();
        try {
            for (long piece = 0; piece < pieces; piece++) ballast.take();
            return ballast;
        } catch (LoadFailedException e) {
            ballast.close();
            throw e;
        }
    }

    @SuppressWarnings("restricted")
    private void take() throws LoadFailedException {
        MemorySegment piece;
        try {
            piece = ((MemorySegment) malloc.invokeExact(PIECE_BYTES)).reinterpret(PIECE_BYTES);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (piece.address() == 0) throw new LoadFailedException("No more memory can be allocated.");
        piece.fill((byte) 1); // before that it is only promised
        taken.add(piece);
    }

    /** @param text of /proc/meminfo */
    static long availableBytes(String text) throws LoadFailedException {
        return ProcessFigures.bytes(text, "MemAvailable")
                .orElseThrow(() -> new LoadFailedException(MEMORY + " does not say how much memory is available."));
    }

    @Override
    public void close() {
        try {
            for (MemorySegment piece : taken) free.invokeExact(piece);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
