package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

class PiecesTest {
    private static List<String> cut(InputStream in, String delimiter) throws IOException {
        List<String> all = new ArrayList<>();
        try (Pieces pieces = new Pieces(in, Delimiter.parse(delimiter).bytes())) {
            for (Optional<byte[]> next = pieces.next(); next.isPresent(); next = pieces.next())
                all.add(new String(next.get(), StandardCharsets.ISO_8859_1));
        }
        return all;
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, quoteCharacter = '`', textBlock = """
            a,b|,|a;b
            a,b,|,|a;b
            a,,b|,|a;;b
            a--b-c-|--|a;b-c-
            aab|ab|a
            ``|,|``
            """)
    void aStreamIsCutAtItsDelimiters(String text, String delimiter, String pieces) throws IOException {
        assertThat(String.join(";", cut(stream(text), delimiter))).isEqualTo(pieces);
        // whatever comes at a time
        InputStream slow = new InputStream() {
            private final InputStream all = stream(text);

            @Override
            public int read() throws IOException {
                return all.read();
            }

            @Override
            public int read(byte[] target, int at, int length) throws IOException {
                return all.read(target, at, Math.min(1, length));
            }
        };
        assertThat(String.join(";", cut(slow, delimiter))).isEqualTo(pieces);
    }

    @Test
    void aPieceMayBeLargerThanTheBuffer() throws IOException {
        String large = "x".repeat(300_000);
        assertThat(cut(stream("a\n" + large + "\n" + large), "\\n")).containsExactly("a", large, large);
    }

    @Test
    void escapesAreUnderstood() {
        assertThat(Delimiter.parse("\\n\\r\\t\\0\\\\\\x2dä").bytes()).containsExactly(10, 13, 9, 0, 92, 45, 0xc3, 0xa4);
        for (String wrong : List.of("\\", "\\q", "\\x", "\\xzz", ""))
            assertThatThrownBy(() -> Delimiter.parse(wrong)).isInstanceOf(TypeConversionException.class);
    }
}
