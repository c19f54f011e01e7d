package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Batches and their records as text, a line each; what cannot be read is said so in its place. Keys and values are
 * shown as text where they are printable UTF-8, else in hexadecimal, cut at {@link #shownBytesMax}.
 *
 * <pre>
 * batch offsets 100–102 at 0, 97 bytes, magic 2, lz4, 3 records, leader epoch 5, max timestamp 1001, crc 1f2e3d4c ok
 *   100 time 1000 key "k0" value "v0" headers h="x"
 *   101 time 1001 key null value 00ff12… (2048 bytes)
 *   102 commit of a transaction, coordinator epoch 7
 * </pre>
 */
public final class BatchDump implements AutoCloseable {

    /** The default for how much of a key or value is shown. */
    public static final int SHOWN_BYTES_MAX = 100;

    private final int shownBytesMax;
    private final RecordReader reader = new RecordReader();
    private final BatchView batch = new BatchView();

    public BatchDump() {
        this(SHOWN_BYTES_MAX);
    }

    public BatchDump(int shownBytesMax) {
        this.shownBytesMax = shownBytesMax;
    }

    /**
     * Gives the lines of all batches to {@code lines}.
     *
     * @param position where {@code batches} begin in their file; the places named count from there
     * @param withRecords whether records have lines, or batches only
     * @return the bytes of whole batches, as {@link Batches#forEach}; if more remain, the last line says what they are
     */
    public int dump(ByteBuffer batches, long position, boolean withRecords, Consumer<String> lines) {
        int start = batches.position();
        int at = start;
        int size = Batches.sizeAt(batches, at);
        while (size > 0) {
            dump(batch.wrap(batches, at), position + at - start, withRecords, lines);
            at += size;
            size = Batches.sizeAt(batches, at);
        }
        if (at < batches.limit()) {
            String what = size == Batches.CORRUPT ? "no batch can begin like this" : "the beginning of a batch";
            lines.accept("at %d, %d bytes: %s".formatted(position + at - start, batches.limit() - at, what));
        }
        return at - start;
    }

    /**
     * The lines of one batch, which is in its buffer as a whole.
     *
     * @return whether it is sound, as far as was looked: its checksum, and its records if they have lines
     */
    public boolean dump(BatchView batch, long position, boolean withRecords, Consumer<String> lines) {
        lines.accept(header(batch, position));
        boolean isReadable = !withRecords || records(batch, lines);
        return isReadable && batch.isCrcValid();
    }

    /** A line for a batch that is in its buffer as a whole. */
    public static String header(BatchView batch, long position) {
        StringBuilder line = new StringBuilder("batch offsets ");
        if (batch.isLegacy() && batch.isCompressed()) line.append('…');
        else line.append(batch.baseOffset());
        line.append('–').append(batch.lastOffset()).append(" at ").append(position);
        line.append(", ").append(batch.sizeBytes()).append(" bytes, magic ").append(batch.magic());
        line.append(", ")
                .append(Codec.of(batch.codecId()).map(Codec::label).orElseGet(() -> "codec " + batch.codecId()));
        if (batch.recordCount() >= 0)
            line.append(", ").append(batch.recordCount()).append(batch.recordCount() == 1 ? " record" : " records");
        if (!batch.isLegacy()) line.append(", leader epoch ").append(batch.leaderEpoch());
        if (batch.magic() > 0)
            line.append(batch.timestampType() == TimestampType.LOG_APPEND_TIME ? ", appended " : ", max timestamp ")
                    .append(batch.maxTimestamp());
        if (batch.hasProducerId())
            line.append(", producer ")
                    .append(batch.producerId())
                    .append(" epoch ")
                    .append(batch.producerEpoch());
        if (batch.baseSequence() >= 0)
            line.append(" sequences ").append(batch.baseSequence()).append('–').append(batch.lastSequence());
        if (batch.isTransactional()) line.append(", transactional");
        if (batch.isControl()) line.append(", control");
        batch.deleteHorizonMs().ifPresent(ms -> line.append(", delete horizon ").append(ms));
        line.append(", crc ").append(HexFormat.of().toHexDigits((int) batch.crc()));
        line.append(batch.isCrcValid() ? " ok" : " WRONG, is " + HexFormat.of().toHexDigits((int) batch.computeCrc()));
        return line.toString();
    }

    private boolean records(BatchView batch, Consumer<String> lines) {
        reader.open(batch);
        RecordReader.Step step = reader.next();
        for (; step == RecordReader.Step.RECORD; step = reader.next()) lines.accept("  " + record(batch));
        if (step != RecordReader.Step.CORRUPT) return true;
        lines.accept("  cannot be read further: " + reader.problem());
        return false;
    }

    private String record(BatchView batch) {
        Optional<EndTxnMarker> marker = batch.isControl() && reader.hasKey() && reader.hasValue()
                ? EndTxnMarker.parse(reader.key().orElseThrow(), reader.value().orElseThrow())
                : Optional.empty();
        if (marker.isPresent())
            return "%d %s of a transaction, coordinator epoch %d"
                    .formatted(
                            reader.offset(),
                            marker.get().isCommit() ? "commit" : "abort",
                            marker.get().coordinatorEpoch());
        StringBuilder line = new StringBuilder().append(reader.offset());
        if (reader.timestampMs() != BatchView.NO_TIMESTAMP)
            line.append(" time ").append(reader.timestampMs());
        line.append(" key ").append(shown(reader.key()));
        line.append(" value ").append(shown(reader.value()));
        if (reader.headerCount() > 0) line.append(" headers");
        for (Header header : reader.headers())
            line.append(' ').append(escaped(header.key())).append('=').append(shown(header.value()));
        return line.toString();
    }

    private String shown(Optional<ByteBuffer> bytes) {
        if (bytes.isEmpty()) return "null";
        int length = bytes.get().remaining();
        ByteBuffer begin = bytes.get().slice(bytes.get().position(), Math.min(length, shownBytesMax));
        String more = length > shownBytesMax ? "… (%d bytes)".formatted(length) : "";
        return text(begin, length > shownBytesMax)
                        .map(text -> '"' + escaped(text) + '"')
                        .orElseGet(() -> hex(begin))
                + more;
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(0, copy);
        return HexFormat.of().formatHex(copy);
    }

    /** Empty if it is not UTF-8, or has characters that a terminal would not show. */
    private static Optional<String> text(ByteBuffer bytes, boolean isCut) {
        // a character that the cut went through is left out: at most three bytes
        for (int less = 0; less <= (isCut ? Math.min(3, bytes.remaining()) : 0); less++) {
            try {
                String text = StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .decode(bytes.slice(0, bytes.remaining() - less))
                        .toString();
                boolean isPrintable = text.codePoints()
                        .allMatch(c -> c == '\n' || c == '\t' || c == '\r' || !Character.isISOControl(c));
                return isPrintable ? Optional.of(text) : Optional.empty();
            } catch (CharacterCodingException e) {
                continue;
            }
        }
        return Optional.empty();
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
    }

    /** Frees the memory of the codecs. */
    @Override
    public void close() {
        reader.close();
    }
}
