package io.ottla.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Optional;

/**
 * Where a command's answers go. {@link PrintStream} only knows that something went wrong; this knows what, and a command whose answers are
 * lost does not end as if it had given them.
 */
final class StandardOutput extends FilterOutputStream {
    /** What the system says of a pipe whose reader has had enough (EPIPE). */
    private static final String PIPE_CLOSED = "Broken pipe";

    private static final int BUFFER_BYTES = 1 << 13;
    private static final int BULK_BYTES = 1 << 16;

    private volatile Optional<IOException> failure = Optional.empty();

    StandardOutput(OutputStream to) {
        super(to);
    }

    /** Takes the place of {@link System#out}. */
    static StandardOutput install() {
        StandardOutput output = new StandardOutput(new FileOutputStream(FileDescriptor.out));
        System.setOut(new PrintStream(new BufferedOutputStream(output, BUFFER_BYTES), true, System.out.charset()));
        return output;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            failure = Optional.of(e);
            throw e;
        }
    }

    /** Why what was written has not arrived, as a sentence; empty if it has, or if who read it had enough, as {@code head} has. */
    Optional<String> loss() {
        return failure.filter(cause -> !PIPE_CLOSED.equals(cause.getMessage()))
                .map(cause -> "What was printed could not be written: " + cause.getMessage() + ".");
    }

    /** {@code to} in large pieces, for commands that print much: throws {@link Lost} when a piece could not be written. */
    static OutputStream inBulk(PrintStream to) {
        OutputStream checked = new OutputStream() {
            @Override
            public void write(int one) {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                to.write(bytes, offset, length);
                if (to.checkError()) throw new Lost();
            }
        };
        return new BufferedOutputStream(checked, BULK_BYTES);
    }

    /** Nothing more can be printed, so there is no use in going on. */
    static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1;
    }
}
