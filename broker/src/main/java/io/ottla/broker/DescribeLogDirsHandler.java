package io.ottla.broker;

import io.ottla.base.Outcome;
import io.ottla.base.TopicPartition;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DescribeLogDirsRequestData;
import io.ottla.kafkamessages.DescribeLogDirsRequestData.DescribableLogDirTopic;
import io.ottla.kafkamessages.DescribeLogDirsResponseData;
import io.ottla.kafkamessages.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import io.ottla.kafkamessages.DescribeLogDirsResponseData.DescribeLogDirsResult;
import io.ottla.kafkamessages.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import io.ottla.log.LogDir;
import io.ottla.log.Logs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeLogDirs 0–5: what the log directories hold, in bytes.
 *
 * <ul>
 *   <li>3: an error for the whole; 4: size of and room in the file system; 5: cordoned directories (there are none)
 * </ul>
 */
public final class DescribeLogDirsHandler
        implements RequestHandler<DescribeLogDirsRequestData, DescribeLogDirsResponseData> {
    private static final List<Need> NEEDS = List.of(Need.onCluster(AclOperation.DESCRIBE));

    private final Logs logs;
    private final Supplier<List<TopicPartition>> led;

    /** @param led the partitions that this node leads now */
    public DescribeLogDirsHandler(Logs logs, Supplier<List<TopicPartition>> led) {
        this.logs = logs;
        this.led = led;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.DESCRIBE_LOG_DIRS;
    }

    @Override
    public List<Need> needs(DescribeLogDirsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<DescribeLogDirsRequestData> request, Reply<DescribeLogDirsResponseData> reply) {
        Predicate<TopicPartition> wanted = wanted(request.body());
        logs.describe(led.get(), outcome -> {
            List<DescribeLogDirsResult> results = new ArrayList<>();
            switch (outcome) {
                case Outcome.Done<List<Logs.Description>>(List<Logs.Description> descriptions) -> {
                    for (Logs.Description each : descriptions) results.add(result(each, wanted));
                    for (LogDir dir : logs.dirs()) if (dir.failure().isPresent()) results.add(failed(dir));
                }
                case Outcome.Failed<List<Logs.Description>>(IOException cause) -> {
                    for (LogDir dir : logs.dirs()) results.add(failed(dir));
                }
            }
            reply.send(new DescribeLogDirsResponseData().setResults(results));
        });
    }

    /** No list of topics means all. */
    private static Predicate<TopicPartition> wanted(DescribeLogDirsRequestData body) {
        if (body.topics() == null) return partition -> true;
        Set<TopicPartition> wanted = new HashSet<>();
        for (DescribableLogDirTopic topic : body.topics())
            for (int partition : topic.partitions()) wanted.add(new TopicPartition(topic.topic(), partition));
        return wanted::contains;
    }

    private static DescribeLogDirsResult failed(LogDir dir) {
        return new DescribeLogDirsResult()
                .setErrorCode(Errors.KAFKA_STORAGE_ERROR.code())
                .setLogDir(dir.path().toString());
    }

    private static DescribeLogDirsResult result(Logs.Description description, Predicate<TopicPartition> wanted) {
        Map<String, DescribeLogDirsTopic> topics = new TreeMap<>();
        description.sizes().forEach((partition, bytes) -> {
            if (!wanted.test(partition)) return;
            topics.computeIfAbsent(
                            partition.topic(),
                            name -> new DescribeLogDirsTopic().setName(name).setPartitions(new ArrayList<>()))
                    .partitions()
                    .add(new DescribeLogDirsPartition()
                            .setPartitionIndex(partition.partition())
                            .setPartitionSize(bytes));
        });
        return new DescribeLogDirsResult()
                .setLogDir(description.dir().path().toString())
                .setTopics(new ArrayList<>(topics.values()))
                .setTotalBytes(description.totalBytes())
                .setUsableBytes(description.usableBytes());
    }
}
