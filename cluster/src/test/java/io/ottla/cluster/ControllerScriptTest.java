package io.ottla.cluster;

import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.cluster.Coordination.Op;
import io.ottla.cluster.Coordination.Result;
import io.ottla.cluster.Registration.EpochsFound;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The controller at work, as scripts: what is asked of it, the transactions that it writes, what it answers.
 *
 * <pre>
 * start ID [unclean] [replaces] [dir=N] [T-P=EPOCH …]
 *                                   a broker joins, on the same tree; its log directory is number ID unless it says N, and in it
 *                                   wait partitions with these leader epochs. With replaces it takes a Kafka broker for itself
 * crash [ID]                        processes are killed; their sessions live on
 * expire                            the sessions of all brokers end
 * stop                              as expire, and nobody registers again
 * restart-followers                 changes may have been missed
 * put PATH DATA                     another client writes
 * refuse N REASON | unknown         how the N-th transaction from now ends; the next one if N is 1
 * meanwhile N PATH DATA             another client writes just before the N-th transaction from now is looked at
 * lose PATH                         it is not known whether the znode that all expect was made, and it was not
 * nothing                           a second passes
 * create NAME[:PARTITIONS[:FACTOR]] … [validate] [config=value …]
 * assign NAME P=1,2 …               create with an assignment by hand
 * grow NAME:TOTAL … | delete NAME … | config PATH key=value … | elect preferred|unclean [T-P …] | producer-id
 * tree ROOT | image
 * </pre>
 */
class ControllerScriptTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "start",
                "topics",
                "large-topics",
                "half-done",
                "failures",
                "uncertain",
                "brokers",
                "configs",
                "conflicts",
                "registration",
                "epochs-found"
            })
    void script(String name) throws IOException {
        GoldenScript.run(Path.of("src/test/resources/io/ottla/cluster/" + name + ".txt"), new Interpreter()::interpret);
    }

    private static final class Interpreter implements ControllerSettings {
        private final FakeLoop loop = new FakeLoop();
        private final MemoryCoordination tree = new MemoryCoordination(loop);
        private final Map<Integer, ClusterMember> members = new TreeMap<>();
        private final StringBuilder out = new StringBuilder();
        private final Map<Integer, Result> fates = new TreeMap<>();
        private final Map<Integer, List<String>> meanwhile = new TreeMap<>();
        private final Set<String> lost = new HashSet<>();
        private boolean isDeletionEnabled = true;

        String interpret(String line) {
            out.setLength(0);
            loop.nowMs += 1000;
            tree.intercept(this::intercept);
            List<String> words = new ArrayList<>(List.of(line.split(" +", -1)));
            String command = words.removeFirst();
            switch (command) {
                case "start" -> start(words);
                case "expire" -> tree.expireSession();
                case "stop" -> {
                    members.clear();
                    tree.stopFollowers();
                    tree.expireSession();
                }
                case "crash" -> crash(words);
                case "restart-followers" -> tree.restartFollowers();
                case "put" -> tree.put(words.get(0), words.size() > 1 ? words.get(1) : "");
                case "refuse" ->
                    fates.put(
                            Integer.parseInt(words.get(0)),
                            new Result.Refused(
                                    Integer.parseInt(words.get(1)), Coordination.Refusal.valueOf(words.get(2))));
                case "unknown" -> fates.put(Integer.parseInt(words.get(0)), new Result.Unknown("session lost"));
                case "meanwhile" -> meanwhile.put(Integer.parseInt(words.get(0)), List.copyOf(words.subList(1, 3)));
                case "lose" -> lost.add(words.getFirst());
                case "nothing" -> {}
                case "forbid-deletion" -> isDeletionEnabled = false;
                case "create" -> create(words);
                case "assign" -> assign(words);
                case "grow" ->
                    controller()
                            .createPartitions(
                                    words.stream()
                                            .map(word -> word.split(":", -1))
                                            .map(parts -> new NewPartitions(
                                                    parts[0], Integer.parseInt(parts[1]), Optional.empty()))
                                            .toList(),
                                    false,
                                    answers());
                case "delete" -> controller().deleteTopics(words, answers());
                case "config" -> config(words);
                case "elect" -> elect(words);
                case "producer-id" ->
                    members.values().iterator().next().producerIds().next(answer -> print("answer: " + show(answer)));
                case "tree" ->
                    tree.paths(words.getFirst())
                            .forEach(path -> print(path + " " + tree.text(path).orElseThrow()));
                case "image" -> image();
                default -> throw new IllegalArgumentException(line);
            }
            loop.drain();
            return out.toString();
        }

        private Controller controller() {
            return members.values().iterator().next().controller();
        }

        private void crash(List<String> words) {
            List<Integer> ids = words.isEmpty()
                    ? List.copyOf(members.keySet())
                    : words.stream().map(Integer::parseInt).toList();
            ids.forEach(id -> members.remove(id).follower().stop());
        }

        private FakeFacts facts(int id, List<String> words) {
            int directory = id;
            Map<TopicPartition, Integer> epochs = new TreeMap<>();
            for (String word : words) {
                String[] parts = word.split("=", -1);
                if (parts.length < 2) continue;
                if (parts[0].equals("dir")) directory = Integer.parseInt(parts[1]);
                else epochs.put(partition(parts[0]), Integer.parseInt(parts[1]));
            }
            return new FakeFacts(
                    loop, List.of(new TopicId(directory, 1)), !words.contains("unclean"), EpochsFound.of(epochs));
        }

        private static TopicPartition partition(String word) {
            int dash = word.lastIndexOf('-');
            return new TopicPartition(word.substring(0, dash), Integer.parseInt(word.substring(dash + 1)));
        }

        private void start(List<String> words) {
            int id = Integer.parseInt(words.getFirst());
            ClusterMember member = new ClusterMember(
                    id, tree, loop, new SeededRandom(id), this, facts(id, words), words.contains("replaces"));
            members.put(id, member);
            member.start(
                    List.of((before, after, delta) -> changed(id, delta)),
                    List.of(new BrokerImage.Endpoint("PLAINTEXT", "PLAINTEXT", "localhost", 9091 + id)),
                    Optional.empty(),
                    () -> print("broker " + id + " is ready"));
        }

        private void changed(int id, ImageDelta delta) {
            if (id != members.keySet().iterator().next()) return;
            StringBuilder text = new StringBuilder("image:");
            delta.brokers().forEach(broker -> text.append(" broker ").append(broker));
            delta.registrations()
                    .forEach(broker -> text.append(" registration ").append(broker));
            if (delta.controllerChanged()) text.append(" controller");
            delta.configs().forEach(entity -> text.append(' ').append(entity));
            delta.topics().forEach((name, change) -> {
                text.append(' ').append(name);
                change.deleted().ifPresent(gone -> text.append(" -").append(gone.id()));
                change.vanished().ifPresent(gone -> text.append(" vanished ").append(gone.id()));
                if (change.after().isPresent())
                    text.append(" (").append(change.changedPartitions().size()).append(" partitions changed)");
            });
            if (!delta.isEmpty()) print(text.toString());
        }

        private void create(List<String> words) {
            List<NewTopic> topics = new ArrayList<>();
            Map<String, String> configs = new LinkedHashMap<>();
            boolean validateOnly = words.remove("validate");
            for (String word : words) {
                int equals = word.indexOf('=');
                if (equals > 0) configs.put(word.substring(0, equals), word.substring(equals + 1));
            }
            for (String word : words) {
                if (word.indexOf('=') > 0) continue;
                String[] parts = word.split(":", -1);
                topics.add(new NewTopic(
                        parts[0],
                        parts.length > 1 ? Integer.parseInt(parts[1]) : -1,
                        parts.length > 2 ? Integer.parseInt(parts[2]) : -1,
                        Map.of(),
                        configs,
                        Optional.empty()));
            }
            controller().createTopics(topics, validateOnly, answers());
        }

        private void assign(List<String> words) {
            Map<Integer, List<Integer>> assignment = new TreeMap<>();
            for (String word : words.subList(1, words.size())) {
                String[] parts = word.split("=", -1);
                List<Integer> replicas = new ArrayList<>();
                for (String replica : parts[1].split(",", -1))
                    if (!replica.isEmpty()) replicas.add(Integer.parseInt(replica));
                assignment.put(Integer.parseInt(parts[0]), replicas);
            }
            NewTopic topic = new NewTopic(words.getFirst(), -1, -1, assignment, Map.of(), Optional.empty());
            controller().createTopics(List.of(topic), false, answers());
        }

        private void config(List<String> words) {
            Map<String, String> values = new TreeMap<>();
            for (String word : words.subList(1, words.size())) {
                int equals = word.indexOf('=');
                values.put(word.substring(0, equals), word.substring(equals + 1));
            }
            ConfigEntity entity;
            try {
                entity = ConfigEntity.ofPath("/config/" + words.getFirst()).orElseThrow();
            } catch (MalformedZnodeException e) {
                throw new IllegalArgumentException(e);
            }
            ConfigEdit edit = new ConfigEdit(entity, old -> {
                if (values.containsKey("bad")) return Answer.refused(ErrorCode.INVALID_CONFIG, "bad is bad");
                Map<String, String> merged = new TreeMap<>(old);
                merged.putAll(values);
                return Answer.ok(merged);
            });
            controller().alterConfigs(List.of(edit), false, answers());
        }

        private void elect(List<String> words) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (String word : words.subList(1, words.size())) partitions.add(partition(word));
            controller()
                    .electLeaders(
                            partitions.isEmpty() ? Optional.empty() : Optional.of(partitions),
                            words.getFirst().equals("unclean"),
                            answers());
        }

        private void image() {
            ClusterImage image = members.values().iterator().next().follower().image();
            print("controller " + image.controllerId() + " epoch "
                    + image.controllerEpoch().epoch() + ", brokers "
                    + image.brokers().size());
            image.topics().forEach((name, topic) -> {
                print(name + " " + topic.id());
                for (PartitionImage partition : topic.partitions()) {
                    print("  " + partition.partition() + " leader " + partition.leader() + " epoch "
                            + partition.leaderEpoch() + " isr " + partition.isr() + " of " + partition.replicas());
                }
            });
            image.configs().forEach((entity, config) -> {
                if (!config.values().isEmpty()) print(entity + " " + new TreeMap<>(config.values()));
            });
            image.doomed().forEach((name, topic) -> print("doomed " + name));
            image.damaged().forEach((path, why) -> print("damaged " + why));
        }

        private Optional<Result> intercept(List<Op> ops) {
            boolean isParent = ops.size() == 1
                    && ops.getFirst() instanceof Op.Create(String path, byte[] data, var mode)
                    && data.length == 0;
            if (isParent) {
                boolean isLost = lost.remove(ops.getFirst().path());
                if (isLost) print("lost: " + ops.getFirst().path());
                return isLost ? Optional.of(new Result.Unknown("session lost")) : Optional.empty();
            }
            print("write:");
            int shown = 0;
            for (Op op : ops) {
                if (shown++ < 4 || ops.size() <= 16) print("  " + show(op));
            }
            if (ops.size() > 16) print("  … " + (ops.size() - 4) + " more, to " + show(ops.getLast()));
            countDown(fates);
            countDown(meanwhile);
            Optional.ofNullable(meanwhile.remove(0)).ifPresent(other -> tree.put(other.get(0), other.get(1)));
            Optional<Result> fate = Optional.ofNullable(fates.remove(0));
            fate.ifPresent(result -> print("  -> " + result));
            return fate;
        }

        private static <T> void countDown(Map<Integer, T> ahead) {
            Map<Integer, T> nearer = new TreeMap<>();
            ahead.forEach((count, each) -> nearer.put(count - 1, each));
            ahead.clear();
            ahead.putAll(nearer);
        }

        private static String show(Op op) {
            String data = switch (op) {
                case Op.Create(String path, byte[] bytes, var mode) ->
                    text(bytes) + (mode == Coordination.CreateMode.PERSISTENT ? "" : " " + mode);
                case Op.SetData(String path, byte[] bytes, int version) -> text(bytes) + " v" + version;
                case Op.Delete(String path, int version) -> version < 0 ? "" : "v" + version;
                case Op.Check(String path, int version) -> "v" + version;
            };
            return op.getClass().getSimpleName().toLowerCase(Locale.ROOT) + " " + op.path()
                    + (data.isEmpty() ? "" : " " + data);
        }

        private static String text(byte[] bytes) {
            String text = new String(bytes, StandardCharsets.UTF_8);
            return text.length() <= 300 ? text : text.substring(0, 120) + "… (" + text.length() + " bytes)";
        }

        private <T> Consumer<Map<String, Answer<T>>> answers() {
            return answers -> answers.forEach((subject, answer) -> print("answer: " + subject + " " + show(answer)));
        }

        private static <T> String show(Answer<T> answer) {
            return switch (answer) {
                case Answer.Ok<T>(T value) -> "ok " + value;
                case Answer.Refused<T>(ErrorCode error, String message) -> error + ": " + message;
            };
        }

        private void print(String line) {
            out.append(line).append('\n');
        }

        @Override
        public int defaultPartitions() {
            return 1;
        }

        @Override
        public int defaultReplicationFactor() {
            return 1;
        }

        @Override
        public boolean isTopicDeletionEnabled() {
            return isDeletionEnabled;
        }

        @Override
        public boolean isUncleanElectionAllowed(ClusterImage image, String topic) {
            return topic.startsWith("unclean");
        }

        @Override
        public Optional<String> configFlaw(String topic, Map<String, String> configs) {
            return configs.containsKey("unknown.key")
                    ? Optional.of("Unknown topic config name: unknown.key")
                    : Optional.empty();
        }
    }
}
