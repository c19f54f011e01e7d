package io.ottla.broker;

import io.ottla.cluster.BrokerImage;
import io.ottla.kafkamessages.ProduceRequestData;
import io.ottla.kafkamessages.ProduceResponseData;
import io.ottla.kafkamessages.ProduceResponseData.BatchIndexAndErrorMessage;
import io.ottla.kafkamessages.ProduceResponseData.LeaderIdAndEpoch;
import io.ottla.kafkamessages.ProduceResponseData.NodeEndpoint;
import io.ottla.kafkamessages.ProduceResponseData.PartitionProduceResponse;
import io.ottla.kafkamessages.ProduceResponseData.TopicProduceResponse;
import io.ottla.log.Append;
import io.ottla.partition.AppendAnswer;
import io.ottla.partition.Replica;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;

/** A produce request until all its partitions have answered. */
final class PendingProduce {
    /** Errors that Kafka tells without the log start offset. */
    private static final Set<Errors> WITHOUT_LOG_START = EnumSet.of(
            Errors.CORRUPT_MESSAGE,
            Errors.MESSAGE_TOO_LARGE,
            Errors.RECORD_LIST_TOO_LARGE,
            Errors.KAFKA_STORAGE_ERROR,
            Errors.NOT_LEADER_OR_FOLLOWER);

    private final Request<ProduceRequestData> request;
    private final Reply<ProduceResponseData> reply;
    private final Routes routes;
    private final boolean wantsNoResponse;
    private final ProduceResponseData response = new ProduceResponseData();

    /** Appends that have not answered, and 1 until all have begun. */
    private int outstanding = 1;

    private Errors firstError = Errors.NONE;

    PendingProduce(
            Request<ProduceRequestData> request,
            Reply<ProduceResponseData> reply,
            Routes routes,
            boolean wantsNoResponse) {
        this.request = request;
        this.reply = reply;
        this.routes = routes;
        this.wantsNoResponse = wantsNoResponse;
    }

    void add(TopicProduceResponse topic) {
        response.responses().add(topic);
    }

    void begin() {
        outstanding++;
    }

    void end() {
        outstanding--;
        if (outstanding == 0) finish();
    }

    void allBegun() {
        end();
    }

    void fail(PartitionProduceResponse partition, Errors error) {
        if (firstError == Errors.NONE) firstError = error;
        partition.setErrorCode(error.code()).setBaseOffset(-1);
    }

    void answer(PartitionProduceResponse partition, Replica replica, AppendAnswer answer) {
        switch (answer) {
            case AppendAnswer.Appended(long first, long last, long logAppendTimeMs, long logStartOffset) ->
                partition
                        .setErrorCode(Errors.NONE.code())
                        .setBaseOffset(first)
                        .setLogAppendTimeMs(logAppendTimeMs)
                        .setLogStartOffset(logStartOffset);
            case AppendAnswer.Refused(
                    Errors error,
                    String message,
                    List<Append.RecordFault> records,
                    long logStartOffset) -> {
                fail(partition, error);
                if (!WITHOUT_LOG_START.contains(error)) partition.setLogStartOffset(logStartOffset);
                if (error == Errors.NOT_LEADER_OR_FOLLOWER) hint(partition, routes.leader(replica.topicPartition()));
                if (ProduceHandler.tellsRecordErrors(request.version())) explain(partition, message, records);
            }
        }
    }

    private static void explain(PartitionProduceResponse partition, String message, List<Append.RecordFault> records) {
        if (!message.isEmpty()) partition.setErrorMessage(message);
        if (records.isEmpty()) return;
        List<BatchIndexAndErrorMessage> faults = new ArrayList<>(records.size());
        for (Append.RecordFault fault : records) {
            faults.add(new BatchIndexAndErrorMessage()
                    .setBatchIndex(fault.batchIndex())
                    .setBatchIndexErrorMessage(fault.message()));
        }
        partition.setRecordErrors(faults);
    }

    /** Tells the client who leads, so that it need not ask. */
    void hint(PartitionProduceResponse partition, Route.Elsewhere leader) {
        if (!ProduceHandler.tellsLeader(request.version()) || leader.leaderId() < 0) return;
        partition.setCurrentLeader(
                new LeaderIdAndEpoch().setLeaderId(leader.leaderId()).setLeaderEpoch(leader.leaderEpoch()));
        if (response.nodeEndpoints().stream().anyMatch(endpoint -> endpoint.nodeId() == leader.leaderId())) return;
        routes.endpoint(leader.leaderId(), request.client().listener())
                .ifPresent(endpoint -> response.nodeEndpoints().add(endpoint(leader.leaderId(), endpoint)));
    }

    private NodeEndpoint endpoint(int id, BrokerImage.Endpoint endpoint) {
        return new NodeEndpoint()
                .setNodeId(id)
                .setHost(endpoint.host())
                .setPort(endpoint.port())
                .setRack(routes.rack(id).orElse(null));
    }

    private void finish() {
        if (!wantsNoResponse) reply.send(response);
        else if (firstError == Errors.NONE) reply.none();
        // with acks=0 this is the only way to make the client look for the leader again
        else reply.close("Produce with acks=0 failed: " + firstError);
    }
}
