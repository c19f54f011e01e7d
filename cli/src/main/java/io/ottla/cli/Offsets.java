package io.ottla.cli;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Where partitions begin or end, as far as their leaders say so: one that has none does not keep the others from being shown. */
final class Offsets {
    private Offsets() {}

    /** @param partitions of topics that are there, and led: others would be asked for until the time is over */
    static Map<TopicPartition, Long> of(Admin admin, Collection<TopicPartition> partitions, OffsetSpec spec)
            throws InterruptedException {
        Map<TopicPartition, OffsetSpec> wanted = new LinkedHashMap<>();
        for (TopicPartition partition : partitions) wanted.put(partition, spec);
        ListOffsetsResult result = admin.listOffsets(wanted);
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (TopicPartition partition : partitions)
            offset(result, partition).ifPresent(offset -> offsets.put(partition, offset));
        return offsets;
    }

    private static Optional<Long> offset(ListOffsetsResult result, TopicPartition partition)
            throws InterruptedException {
        try {
            return Optional.of(result.partitionResult(partition).get().offset());
        } catch (ExecutionException unknown) {
            return Optional.empty();
        }
    }
}
