package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What was printed arrives, or it is known why not. */
class StandardOutputTest {
    private static final Path FULL = Path.of("/dev/full");

    private static StandardOutput printedTo(OutputStream to) {
        StandardOutput output = new StandardOutput(to);
        PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
        out.println("größer");
        return output;
    }

    @Test
    void whatArrivesIsNotMissed() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(printedTo(bytes).loss()).isEmpty();
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("größer\n");
    }

    @Test
    void aFullDiskIsSaid() throws Exception {
        assumeThat(Files.exists(FULL)).isTrue();
        try (FileOutputStream full = new FileOutputStream(FULL.toFile())) {
            assertThat(printedTo(full).loss())
                    .hasValueSatisfying(
                            sentence -> assertThat(sentence).startsWith("What was printed could not be written: "));
        }
    }

    @Test
    void aReaderWhoHasHadEnoughIsNoFailure() throws Exception {
        Pipe pipe = Pipe.open();
        pipe.source().close();
        try (OutputStream closed = Channels.newOutputStream(pipe.sink())) {
            assertThatThrownBy(() -> closed.write(1)).isInstanceOf(IOException.class);
            assertThat(printedTo(closed).loss()).isEmpty();
        }
    }

    @Test
    void inBulkWhatCannotBeWrittenEndsTheCommand() throws Exception {
        AtomicBoolean isGone = new AtomicBoolean();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        OutputStream reader = new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                if (isGone.get()) throw new IOException("Broken pipe");
                bytes.write(one);
            }
        };
        OutputStream bulk = StandardOutput.inBulk(new PrintStream(reader));
        bulk.write(1);
        assertThat(bytes.size()).as("not before a piece is full").isZero();
        bulk.flush();
        assertThat(bytes.toByteArray()).containsExactly(1);
        isGone.set(true);
        bulk.write(2);
        assertThatThrownBy(bulk::flush).isInstanceOf(StandardOutput.Lost.class);
    }
}
