package io.ottla.broker;

import io.ottla.base.Clock;
import io.ottla.base.Disk;
import io.ottla.base.SeededRandom;
import io.ottla.cluster.BrokerImage;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.FetchRequestData;
import io.ottla.kafkamessages.FetchResponseData;
import io.ottla.kafkamessages.FetchResponseData.FetchableTopicResponse;
import io.ottla.kafkamessages.FetchResponseData.LeaderIdAndEpoch;
import io.ottla.kafkamessages.FetchResponseData.NodeEndpoint;
import io.ottla.kafkaprotocol.RecordConversion;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * Fetch 0–18: record batches from given offsets on, now or when there are enough.
 *
 * <ul>
 *   <li>0, 1: message sets of magic 0; 2, 3: of magic 1. Newer batches are converted
 *   <li>1: throttle time; 3: the size of the whole response; 4: isolation level, aborted transactions
 *   <li>5: log start offset; 7: sessions (KIP-227); 9: leader epochs (KIP-320); 10: zstd
 *   <li>11: rack, preferred replica (only leaders are fetched from here, so there is none)
 *   <li>12: where the log of a follower parted from ours (KIP-595), and who leads (KIP-951)
 *   <li>13: topic ids; 15: the state of the replica that fetches; 16: addresses of leaders
 *   <li>17, 18: what followers tell of themselves
 * </ul>
 *
 * <p>A response holds at least one batch if there is one, however large. Up to version 2 a client expects no more bytes
 * than it asked for, and takes a message that is cut off as the sign that it must ask for more.
 */
public final class FetchHandler implements RequestHandler<FetchRequestData, FetchResponseData> {
    private static final List<Need> CONSUMER_NEEDS = List.of(Need.onEach(AclOperation.READ, Guarded.TOPIC));
    /** Refused partition by partition too, with TOPIC_AUTHORIZATION_FAILED. */
    private static final List<Need> FOLLOWER_NEEDS = List.of(Need.onEach(AclOperation.CLUSTER_ACTION, Guarded.CLUSTER));

    private static final short FIRST_WITHOUT_HARD_LIMIT = 3;
    private static final short FIRST_WITH_BATCHES = 4;
    private static final short FIRST_WITH_TOPIC_IDS = 13;
    private static final short FIRST_WITH_ENDPOINTS = 16;

    private final Routes routes;
    private final FetchReader reader;
    private final FetchSessions sessions;
    private final Clock clock;
    private final OldFormats oldFormats;
    private final int fetchMaxBytes;

    /**
     * @param disk for converting to old formats, which takes time
     * @param random for the ids of sessions
     * @param sessionsMax max.incremental.fetch.session.cache.slots
     * @param fetchMaxBytes fetch.max.bytes
     * @param oldFormatBytesMax of messages in one answer to a client of before 0.11
     */
    public FetchHandler(
            Routes routes,
            Clock clock,
            Disk disk,
            SeededRandom random,
            int sessionsMax,
            int fetchMaxBytes,
            int oldFormatBytesMax) {
        this.routes = routes;
        this.clock = clock;
        oldFormats = new OldFormats(disk, clock, OldFormats.Limits.of(oldFormatBytesMax));
        this.fetchMaxBytes = fetchMaxBytes;
        reader = new FetchReader(routes);
        FetchSessions.Limits limits = FetchSessions.Limits.DEFAULTS;
        sessions = new FetchSessions(
                new FetchSessions.Limits(sessionsMax, limits.partitionsMax(), limits.keepMs()), random);
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.FETCH;
    }

    @Override
    public List<Need> needs(FetchRequestData body) {
        boolean isFollower = body.replicaId() >= 0 || body.replicaState().replicaId() >= 0;
        return isFollower ? FOLLOWER_NEEDS : CONSUMER_NEEDS;
    }

    @Override
    public void handle(Request<FetchRequestData> request, Reply<FetchResponseData> reply) {
        BrokenTransition.orStop(() -> serve(request, reply)); // it changes a session, and asks partitions to be told
    }

    private void serve(Request<FetchRequestData> request, Reply<FetchResponseData> reply) {
        FetchRequestData body = request.body();
        boolean usesTopicIds = request.version() >= FIRST_WITH_TOPIC_IDS;
        switch (sessions.find(body, usesTopicIds, request.receivedMs())) {
            case FetchSessions.Found.Refused(Errors error) ->
                reply.send(new FetchResponseData().setErrorCode(error.code()));
            case FetchSessions.Found.Session(FetchSession session, boolean incremental) -> {
                FetchTerms terms = FetchTerms.of(body, request.version(), fetchMaxBytes);
                Answer answer = new Answer(request, reply);
                new Fetch(reader, clock, request.client(), terms, session, incremental, answer).begin();
            }
        }
    }

    private final class Answer implements Fetch.Answer {
        private final Request<FetchRequestData> request;
        private final Reply<FetchResponseData> reply;

        Answer(Request<FetchRequestData> request, Reply<FetchResponseData> reply) {
            this.request = request;
            this.reply = reply;
        }

        @Override
        public void send(int sessionId, List<Fetch.Told> partitions) {
            if (request.version() >= FIRST_WITH_BATCHES) {
                reply.send(response(request, sessionId, partitions));
                return;
            }
            byte magic = RecordConversion.magicForFetch(request.version());
            oldFormats.convert(
                    request.client(),
                    partitions,
                    magic,
                    request.version() < FIRST_WITHOUT_HARD_LIMIT,
                    (converted, left) -> reply.send(response(request, sessionId, converted), left));
        }

        @Override
        public void refuse(Errors error) {
            reply.send(new FetchResponseData().setErrorCode(error.code()));
        }

        @Override
        public void drop() {
            reply.none();
        }
    }

    private FetchResponseData response(Request<FetchRequestData> request, int sessionId, List<Fetch.Told> partitions) {
        FetchResponseData response = new FetchResponseData();
        if (sessionId != FetchSession.NONE) response.setSessionId(sessionId);
        List<FetchableTopicResponse> topics = new ArrayList<>();
        FetchedPartition.Key last = null;
        for (Fetch.Told told : partitions) {
            FetchedPartition.Key key = told.key();
            boolean isSameTopic = last != null
                    && last.topic().equals(key.topic())
                    && last.topicId().equals(key.topicId());
            if (!isSameTopic) topics.add(topic(key));
            topics.getLast().partitions().add(told.data());
            last = key;
            LeaderIdAndEpoch leader = told.data().currentLeader();
            if (leader.leaderId() >= 0 && request.version() >= FIRST_WITH_ENDPOINTS)
                addEndpoint(response, leader.leaderId(), request.client().listener());
        }
        return response.setResponses(topics);
    }

    private static FetchableTopicResponse topic(FetchedPartition.Key key) {
        Uuid id = new Uuid(key.topicId().mostSignificantBits(), key.topicId().leastSignificantBits());
        return new FetchableTopicResponse().setTopic(key.topic()).setTopicId(id).setPartitions(new ArrayList<>());
    }

    private void addEndpoint(FetchResponseData response, int leader, String listener) {
        if (response.nodeEndpoints().stream().anyMatch(endpoint -> endpoint.nodeId() == leader)) return;
        routes.endpoint(leader, listener)
                .ifPresent(endpoint -> response.nodeEndpoints().add(endpoint(leader, endpoint)));
    }

    private NodeEndpoint endpoint(int id, BrokerImage.Endpoint endpoint) {
        return new NodeEndpoint()
                .setNodeId(id)
                .setHost(endpoint.host())
                .setPort(endpoint.port())
                .setRack(routes.rack(id).orElse(null));
    }
}
