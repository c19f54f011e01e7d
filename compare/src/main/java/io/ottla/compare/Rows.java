package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.util.List;

/** All rows, in the order in which they are measured and printed. */
public final class Rows {
    private static final List<Row> ALL = List.of(
            new StartRow(),
            new ThroughputRow("1kb", "1 KB records, acks=1, one partition: produce and consume", Workload.ONE_KB, true),
            new ThroughputRow(
                    "100b", "100 B records, acks=all, one partition: produce and consume", Workload.SMALL, true),
            new ThroughputRow(
                    "lz4", "1 KB records, lz4, acks=all, 12 partitions: produce and consume", Workload.LZ4, true),
            new ThroughputRow(
                    "one-by-one",
                    "one record of 100 B per request, acks=all, 12 partitions",
                    Workload.ONE_BY_ONE,
                    false),
            new E2eRow(),
            new SteadyRow(),
            new WholeLoadRow(),
            new ColdReadsRow(),
            new PartitionsRow(),
            BackgroundRow.manyProducers(),
            BackgroundRow.quietPartitions(),
            new ConnectionsRow(),
            new RecoveryRow(),
            new FlushRow(),
            new TlsRow(),
            new GcRow(),
            new ZooKeeperThroughputRow(),
            new ZooKeeperLatencyRow(),
            new ZooKeeperSnapshotRow(),
            new ZooKeeperMemoryRow(),
            new ZooKeeperStartRow(),
            new ZooKeeperExpiryRow());

    /** Stands for all rows of that service. */
    private static final String ZOOKEEPER = "zookeeper";

    private Rows() {}

    public static List<Row> all() {
        return ALL;
    }

    /** By names; {@code all} is all of them, {@code zookeeper} those of that service, and none at all the usual ones. */
    public static List<Row> named(List<String> names) throws LoadFailedException {
        if (names.isEmpty()) return ALL.stream().filter(Row::usual).toList();
        if (names.equals(List.of("all"))) return ALL;
        for (String name : names)
            if (!name.equals(ZOOKEEPER)
                    && ALL.stream().noneMatch(row -> row.name().equals(name)))
                throw new LoadFailedException("There is no row '" + name + "'; there are all, zookeeper, "
                        + String.join(", ", ALL.stream().map(Row::name).toList()) + ".");
        return ALL.stream()
                .filter(row ->
                        names.contains(row.name()) || (row.service() == Service.ZOOKEEPER && names.contains(ZOOKEEPER)))
                .toList();
    }
}
