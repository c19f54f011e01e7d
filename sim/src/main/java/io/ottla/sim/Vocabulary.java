package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.CreateTopicsResponseData;
import io.ottla.kafkamessages.DescribeConfigsResponseData;
import io.ottla.kafkamessages.FetchResponseData;
import io.ottla.kafkamessages.InitProducerIdResponseData;
import io.ottla.kafkamessages.JoinGroupRequestData;
import io.ottla.kafkamessages.JoinGroupResponseData;
import io.ottla.kafkamessages.MetadataResponseData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * What hostile clients talk about: names that are there, or were, and what the node has told them of ids, members, generations, sessions and producers; so that
 * requests hit something. What belongs together (a member and its generation) is remembered together.
 */
final class Vocabulary {
    private static final int REMEMBERED_MAX = 24;

    private static final List<String> TOPICS = List.of("t-0", "t-1", "t-2", "t-3", "T-0", "t.4", "t_4", "u-ü");
    private static final List<String> GROUPS = List.of("g-0", "g-1", "g-2", "");

    /** @param id zero until it was told */
    record Topic(String name, Uuid id) {}

    record Member(String group, String id, int generation) {}

    record FetchSession(int id, int epoch) {}

    record Producer(long id, short epoch) {}

    private final SeededRandom random;
    private final Map<String, Uuid> topicIds = new HashMap<>();
    private final List<Topic> topics = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final List<FetchSession> sessions = new ArrayList<>();
    private final List<Producer> producers = new ArrayList<>();
    private final List<String> configNames = new ArrayList<>(ConfigWords.NAMES);
    private final List<String> configValues = new ArrayList<>(ConfigWords.VALUES);

    Vocabulary(SeededRandom random) {
        this.random = random;
        for (String name : TOPICS) topics.add(new Topic(name, Uuid.ZERO_UUID));
        for (String group : GROUPS) members.add(new Member(group, "", -1));
        sessions.add(new FetchSession(0, -1));
        sessions.add(new FetchSession(0, 0));
        producers.add(new Producer(-1, (short) -1));
        producers.add(new Producer(0, (short) 0));
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private <T> void remember(List<T> in, T what, int firstKept) {
        if (in.contains(what)) return;
        if (in.size() >= REMEMBERED_MAX + firstKept) in.remove(firstKept + random.nextInt(REMEMBERED_MAX));
        in.add(what);
    }

    Topic topic() {
        if (random.chance(0.03)) return new Topic("__consumer_offsets", Uuid.ZERO_UUID);
        Topic topic = any(topics);
        Uuid known = topicIds.get(topic.name());
        return known == null || random.chance(0.05) ? topic : new Topic(topic.name(), known);
    }

    Member member() {
        return any(members);
    }

    FetchSession session() {
        return any(sessions);
    }

    Producer producer() {
        return any(producers);
    }

    String configName() {
        return any(configNames);
    }

    String configValue() {
        return any(configValues);
    }

    /** Remembers what an answer tells. */
    void learn(ApiMessage request, ApiMessage response) {
        switch (response) {
            case CreateTopicsResponseData created ->
                created.topics().forEach(topic -> learnTopic(topic.name(), topic.topicId()));
            case MetadataResponseData metadata ->
                metadata.topics().forEach(topic -> learnTopic(topic.name(), topic.topicId()));
            case JoinGroupResponseData joined -> {
                if (request instanceof JoinGroupRequestData join
                        && !joined.memberId().isEmpty())
                    remember(
                            members,
                            new Member(join.groupId(), joined.memberId(), joined.generationId()),
                            GROUPS.size());
            }
            case FetchResponseData fetched -> {
                if (fetched.sessionId() != 0)
                    remember(sessions, new FetchSession(fetched.sessionId(), 1 + random.nextInt(3)), 2);
            }
            case InitProducerIdResponseData given ->
                remember(producers, new Producer(given.producerId(), given.producerEpoch()), 2);
            case DescribeConfigsResponseData described -> {
                for (var result : described.results())
                    for (var config : result.configs()) {
                        if (ConfigWords.mayChange(config.name())) remember(configNames, config.name(), 0);
                        if (config.value() != null) remember(configValues, config.value(), ConfigWords.VALUES.size());
                    }
            }
            default -> {}
        }
    }

    private void learnTopic(String name, Uuid id) {
        if (name == null || name.startsWith(GoodClient.PREFIX)) return;
        if (!id.equals(Uuid.ZERO_UUID)) topicIds.put(name, id);
        remember(topics, new Topic(name, id), TOPICS.size());
    }
}
