package io.ottla.log;

import java.util.Arrays;
import java.util.Optional;

/** The files of a log directory, told apart by their names; what is in each, its own class says. */
public enum LogFileKind {
    SEGMENT("segment", LogFiles.LOG, true),
    OFFSET_INDEX("offset index", OffsetIndex.SUFFIX, true),
    TIME_INDEX("time index", TimeIndex.SUFFIX, true),
    TRANSACTION_INDEX("transaction index", TransactionIndex.SUFFIX, true),
    PRODUCER_SNAPSHOT("producer snapshot", ProducerSnapshot.SUFFIX, true),
    LEADER_EPOCHS("leader epochs", LeaderEpochs.FILE, false),
    RECOVERY_POINTS("recovery points", OffsetCheckpoint.RECOVERY_POINT, false),
    LOG_STARTS("log starts", OffsetCheckpoint.LOG_START, false),
    HIGH_WATERMARKS("high watermarks", OffsetCheckpoint.HIGH_WATERMARK, false),
    CLEANER_OFFSETS("cleaner offsets", OffsetCheckpoint.CLEANER, false),
    PARTITION_METADATA("partition metadata", PartitionMetadata.FILE, false),
    META_PROPERTIES("directory properties", MetaProperties.FILE, false),
    CLEAN_SHUTDOWN("clean-shutdown marker", LogDir.CLEAN_SHUTDOWN, false);

    private final String label;
    private final String ending;
    private final boolean isOfSegment;

    LogFileKind(String label, String ending, boolean isOfSegment) {
        this.label = label;
        this.ending = ending;
        this.isOfSegment = isOfSegment;
    }

    /** For people. */
    public String label() {
        return label;
    }

    /**
     * A file that is being made, or about to be deleted ({@code .cleaned}, {@code .swap}, {@code .deleted}), is of the kind
     * that it will be or was.
     *
     * @param name without its directory
     */
    public static Optional<LogFileKind> of(String name) {
        String settled = name;
        for (String suffix : new String[] {LogFiles.CLEANED, LogFiles.SWAP, LogFiles.DELETED})
            if (settled.endsWith(suffix)) settled = settled.substring(0, settled.length() - suffix.length());
        String known = settled;
        return Arrays.stream(values()).filter(kind -> kind.isNamed(known)).findFirst();
    }

    private boolean isNamed(String name) {
        return isOfSegment ? LogFiles.offset(name, ending).isPresent() : name.equals(ending);
    }
}
