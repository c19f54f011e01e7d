package io.ottla.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What stands between records, as a person says it.
 *
 * <pre>
 * delimiter = 1*( "\n" / "\r" / "\t" / "\0" / "\\" / "\x" hexdigit hexdigit / any other character )
 * </pre>
 */
final class Delimiter {
    static final String NEWLINE = "\\n";

    private final byte[] bytes;

    private Delimiter(byte[] bytes) {
        this.bytes = bytes;
    }

    static final class Converter implements ITypeConverter<Delimiter> {
        @Override
        public Delimiter convert(String text) {
            return parse(text);
        }
    }

    /** One or more; not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    /** @throws TypeConversionException what is not understood */
    static Delimiter parse(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int at = 0;
        while (at < text.length()) {
            int character = text.codePointAt(at);
            at += Character.charCount(character);
            if (character != '\\') {
                bytes.writeBytes(Character.toString(character).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            char escaped = at < text.length() ? text.charAt(at++) : '\0';
            switch (escaped) {
                case 'n' -> bytes.write('\n');
                case 'r' -> bytes.write('\r');
                case 't' -> bytes.write('\t');
                case '0' -> bytes.write(0);
                case '\\' -> bytes.write('\\');
                case 'x' -> {
                    bytes.write(hex(text, at));
                    at += 2;
                }
                default -> throw notUnderstood(text);
            }
        }
        if (bytes.size() == 0) throw new TypeConversionException("a delimiter has at least one character");
        return new Delimiter(bytes.toByteArray());
    }

    private static int hex(String text, int at) {
        try {
            return Integer.parseInt(text, at, Math.min(text.length(), at + 2), 16);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw notUnderstood(text);
        }
    }

    private static TypeConversionException notUnderstood(String text) {
        return new TypeConversionException(
                "'" + text + "' is no delimiter: after a backslash comes one of n r t 0 \\ or xHH");
    }
}
