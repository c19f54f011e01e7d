package io.ottla.broker;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DeleteRecordsRequestData;
import io.ottla.kafkamessages.DeleteRecordsRequestData.DeleteRecordsPartition;
import io.ottla.kafkamessages.DeleteRecordsRequestData.DeleteRecordsTopic;
import io.ottla.kafkamessages.DeleteRecordsResponseData;
import io.ottla.kafkamessages.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import io.ottla.kafkamessages.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import io.ottla.partition.Partition;
import io.ottla.partition.Replica;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * DeleteRecords 0–2: lets partitions begin at a later offset. −1 stands for the high watermark. The answer has the low
 * watermark, which is the start of the log: this node is the only replica. It comes when no crash brings the records
 * back; Kafka answers before that.
 */
public final class DeleteRecordsHandler implements RequestHandler<DeleteRecordsRequestData, DeleteRecordsResponseData> {
    private static final List<Need> NEEDS = List.of(Need.onEach(AclOperation.DELETE, Guarded.TOPIC));

    private static final long TO_HIGH_WATERMARK = -1;
    private static final long NO_LOW_WATERMARK = -1;

    private final Routes routes;

    public DeleteRecordsHandler(Routes routes) {
        this.routes = routes;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.DELETE_RECORDS;
    }

    @Override
    public List<Need> needs(DeleteRecordsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<DeleteRecordsRequestData> request, Reply<DeleteRecordsResponseData> reply) {
        DeleteRecordsResponseData response = new DeleteRecordsResponseData();
        Map<String, DeleteRecordsTopicResult> results = new HashMap<>();
        Outstanding outstanding = new Outstanding(() -> reply.send(response));
        for (DeleteRecordsTopic topic : request.body().topics()) {
            DeleteRecordsTopicResult result = results.computeIfAbsent(topic.name(), name -> {
                var added = new DeleteRecordsTopicResult().setName(name);
                response.topics().add(added);
                return added;
            });
            for (DeleteRecordsPartition partition : topic.partitions()) {
                var answer = new DeleteRecordsPartitionResult()
                        .setPartitionIndex(partition.partitionIndex())
                        .setLowWatermark(NO_LOW_WATERMARK);
                result.partitions().add(answer);
                delete(topic.name(), partition, answer, outstanding);
            }
        }
        outstanding.allBegun();
    }

    private void delete(
            String topic, DeleteRecordsPartition asked, DeleteRecordsPartitionResult answer, Outstanding outstanding) {
        if (ProduceHandler.INTERNAL_TOPICS.contains(topic)) {
            answer.setErrorCode(Errors.INVALID_TOPIC_EXCEPTION.code());
            return;
        }
        switch (routes.find(topic, asked.partitionIndex())) {
            case Route.Unknown(Errors error) -> answer.setErrorCode(error.code());
            case Route.Elsewhere(int leaderId, int leaderEpoch) ->
                answer.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code());
            case Route.Here(Replica replica) -> {
                outstanding.begin();
                boolean waits = replica.whenOpen(() -> delete(replica, asked.offset(), answer, outstanding));
                if (waits) return;
                answer.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code());
                outstanding.end();
            }
        }
    }

    private static void delete(
            Replica replica, long before, DeleteRecordsPartitionResult answer, Outstanding outstanding) {
        Errors error = replica.check(Partition.NO_EPOCH);
        if (error == Errors.NONE && !replica.config().retention().isOn()) error = Errors.POLICY_VIOLATION;
        long highWatermark = error == Errors.NONE ? replica.partition().highWatermark() : 0;
        long offset = before == TO_HIGH_WATERMARK ? highWatermark : before;
        if (error == Errors.NONE && (offset < 0 || offset > highWatermark)) error = Errors.OFFSET_OUT_OF_RANGE;
        if (error != Errors.NONE) {
            answer.setErrorCode(error.code());
            outstanding.end();
            return;
        }
        long lowWatermark = Math.max(offset, replica.reader().startOffset());
        BrokenTransition.orStop(() -> replica.deleteRecordsBefore(offset, isDurable -> {
            if (isDurable) answer.setLowWatermark(lowWatermark);
            else answer.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
            outstanding.end();
        }));
    }
}
