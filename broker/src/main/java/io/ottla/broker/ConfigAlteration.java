package io.ottla.broker;

import io.ottla.base.SeededRandom;
import io.ottla.cluster.Answer;
import io.ottla.cluster.ClusterFollower;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ConfigEdit;
import io.ottla.cluster.ConfigEntity;
import io.ottla.cluster.Controller;
import io.ottla.cluster.ErrorCode;
import io.ottla.cluster.TopicNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.protocol.Errors;

/**
 * Changes of configurations, as AlterConfigs and IncrementalAlterConfigs ask for them: what is allowed, and what comes
 * out. Which error is given for what follows Kafka's {@code ConfigAdminManager} and {@code ControllerConfigurationValidator}.
 */
final class ConfigAlteration {
    /** Largest value, in characters; as in Kafka. */
    private static final int MAX_VALUE_LENGTH = Short.MAX_VALUE;

    private final ClusterFollower follower;
    private final Controller controller;
    private final LiveConfigs configs;
    private final StoredPasswords passwords;
    private final ListenerKeyCheck keyCheck;
    private final LoggerConfigs loggers;
    private final SeededRandom random;

    /** @param random salts passwords */
    ConfigAlteration(
            ClusterFollower follower,
            Controller controller,
            LiveConfigs configs,
            StoredPasswords passwords,
            ListenerKeyCheck keyCheck,
            LoggerConfigs loggers,
            SeededRandom random) {
        this.follower = follower;
        this.controller = controller;
        this.configs = configs;
        this.passwords = passwords;
        this.keyCheck = keyCheck;
        this.loggers = loggers;
        this.random = random;
    }

    /** {@code AlterConfigOp.OpType}, by its numbers. */
    enum Operation {
        SET,
        DELETE,
        APPEND,
        SUBTRACT
    }

    /** @param value empty if the request had null */
    record Change(String key, byte operation, Optional<String> value) {}

    /**
     * One resource of a request.
     *
     * @param replaces what is not named goes (AlterConfigs); otherwise it stays
     */
    record Resource(byte type, String name, List<Change> changes, boolean replaces) {}

    /** How one of the two APIs says what became of a resource. */
    @FunctionalInterface
    interface Told<R> {
        /** @param message null if there is nothing to say */
        R of(Resource resource, short errorCode, String message);
    }

    /** Tells of each resource, in order. */
    <R> void alter(List<Resource> resources, boolean validateOnly, Told<R> told, Consumer<List<R>> done) {
        alter(resources, validateOnly, answers -> {
            List<R> all = new ArrayList<>();
            for (int i = 0; i < resources.size(); i++)
                all.add(
                        answers.get(i) instanceof Answer.Refused<Void> refused
                                ? told.of(resources.get(i), refused.error().code(), refused.message())
                                : told.of(resources.get(i), Errors.NONE.code(), null));
            done.accept(all);
        });
    }

    /** An answer for each resource, in order. */
    private void alter(List<Resource> resources, boolean validateOnly, Consumer<List<Answer<Void>>> done) {
        List<Answer<Void>> answers = new ArrayList<>();
        Map<Integer, ConfigEdit> edits = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        Set<String> twice = new HashSet<>();
        for (Resource resource : resources) {
            String id = resource.type + ":" + resource.name;
            if (!seen.add(id)) twice.add(id);
        }
        for (Resource resource : resources) {
            Answer<Optional<ConfigEdit>> prepared = twice.contains(resource.type + ":" + resource.name)
                    ? refused(ErrorCode.INVALID_REQUEST, "Each resource must appear at most once.")
                    : prepare(resource, validateOnly);
            if (prepared instanceof Answer.Ok<Optional<ConfigEdit>>(Optional<ConfigEdit> edit))
                edit.ifPresent(toWrite -> edits.put(answers.size(), toWrite));
            answers.add(prepared.map(edit -> null));
        }
        checkKeys(resources, edits, answers, () -> write(edits, validateOnly, answers, done));
    }

    private void write(
            Map<Integer, ConfigEdit> edits,
            boolean validateOnly,
            List<Answer<Void>> answers,
            Consumer<List<Answer<Void>>> done) {
        if (edits.isEmpty()) {
            done.accept(answers);
            return;
        }
        controller.alterConfigs(List.copyOf(edits.values()), validateOnly, results -> {
            edits.forEach((index, edit) ->
                    answers.set(index, results.get(edit.entity().toString()).map(values -> null)));
            done.accept(answers);
        });
    }

    /** Refuses the edit of this broker if a listener could not use the keys that it names: files are read for that, off the loop. */
    private void checkKeys(
            List<Resource> resources, Map<Integer, ConfigEdit> edits, List<Answer<Void>> answers, Runnable next) {
        ConfigEntity ours = ConfigEntity.broker(configs.now().brokerId());
        for (Map.Entry<Integer, ConfigEdit> each : edits.entrySet()) {
            Resource resource = resources.get(each.getKey());
            boolean namesKeys = resource.changes.stream().anyMatch(change -> change.key.startsWith("listener.name."));
            if (!namesKeys || !each.getValue().entity().equals(ours)) continue;
            Map<String, String> set = passwords.inPlainText(follower.image().config(ours));
            if (!(apply(resource, set, BrokerConfigs.TABLE, Map.of())
                    instanceof Answer.Ok<Map<String, String>>(Map<String, String> values))) continue;
            keyCheck.check(values, flaw -> {
                flaw.ifPresent(sentence -> {
                    edits.remove(each.getKey());
                    answers.set(each.getKey(), Answer.refused(ErrorCode.INVALID_REQUEST, sentence));
                });
                next.run();
            });
            return; // this broker is named once at most
        }
        next.run();
    }

    /** @return what is to be written; nothing if it is done */
    private Answer<Optional<ConfigEdit>> prepare(Resource resource, boolean validateOnly) {
        Set<String> keys = new HashSet<>();
        Set<String> nulls = new TreeSet<>();
        for (Change change : resource.changes) {
            if (!keys.add(change.key)) return refused(ErrorCode.INVALID_REQUEST, "Error due to duplicate config keys");
            if (change.operation < 0 || change.operation >= Operation.values().length)
                return refused(ErrorCode.INVALID_REQUEST, "Unknown operations type " + change.operation);
            if (change.operation != Operation.DELETE.ordinal() && change.value.isEmpty()) nulls.add(change.key);
            if (change.value.isPresent() && change.value.get().length() > MAX_VALUE_LENGTH)
                return refused(
                        ErrorCode.INVALID_CONFIG,
                        "The configuration value cannot be added because it exceeds the maximum value size of "
                                + MAX_VALUE_LENGTH + " bytes.");
        }
        if (!nulls.isEmpty())
            return refused(ErrorCode.INVALID_REQUEST, "Null value not supported for : " + String.join(", ", nulls));
        Optional<ResourceType> type = ResourceType.of(resource.type);
        if (type.isEmpty()) return refused(ErrorCode.INVALID_REQUEST, "Unknown resource type " + resource.type);
        return switch (type.get()) {
            case TOPIC -> topic(resource).map(Optional::of);
            case BROKER -> broker(resource).map(Optional::of);
            case BROKER_LOGGER -> logger(resource, validateOnly);
            case CLIENT_METRICS -> clientMetrics(resource).map(Optional::of);
            case GROUP -> group(resource).map(Optional::of);
        };
    }

    private Answer<ConfigEdit> topic(Resource resource) {
        if (resource.name.isEmpty())
            return refused(ErrorCode.INVALID_REQUEST, "Default topic resources are not allowed.");
        Optional<String> flaw = TopicNames.flaw(resource.name);
        if (flaw.isPresent()) return refused(ErrorCode.INVALID_TOPIC_EXCEPTION, flaw.get());
        ClusterImage image = follower.image();
        if (image.topic(resource.name).isEmpty())
            return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "The topic '" + resource.name + "' does not exist.");
        Map<String, String> defaults = new HashMap<>(configs.now().topic(resource.name));
        ConfigEntity entity = ConfigEntity.topic(resource.name);
        return Answer.ok(new ConfigEdit(entity, set -> {
            Answer<Map<String, String>> next = apply(resource, set, TopicConfigs.TABLE, defaults);
            return checked(
                    next,
                    ErrorCode.INVALID_CONFIG,
                    values -> TopicConfigs.flaw(StoredConfigs.judged(entity, values, set)));
        }));
    }

    private Answer<ConfigEdit> broker(Resource resource) {
        boolean isForAll = resource.name.isEmpty();
        if (!isForAll) {
            int id;
            try {
                id = Integer.parseInt(resource.name);
            } catch (NumberFormatException e) {
                return refused(ErrorCode.INVALID_REQUEST, "Node id must be an integer, but it is: " + resource.name);
            }
            if (id != configs.now().brokerId())
                return refused(
                        ErrorCode.INVALID_REQUEST,
                        "Unexpected broker id, expected " + configs.now().brokerId() + ", but received "
                                + resource.name);
        }
        ConfigEntity entity = isForAll
                ? ConfigEntity.brokers()
                : ConfigEntity.broker(configs.now().brokerId());
        return Answer.ok(new ConfigEdit(entity, set -> {
            Answer<Map<String, String>> next = checked(
                    apply(resource, set, BrokerConfigs.TABLE, Map.of()),
                    ErrorCode.INVALID_REQUEST,
                    values -> brokerFlaw(StoredConfigs.judged(entity, values, set), isForAll));
            return next instanceof Answer.Ok<Map<String, String>>(Map<String, String> values)
                    ? encrypted(values, resource)
                    : next;
        }));
    }

    /** With the passwords of the request encrypted; those that were set before are. */
    private Answer<Map<String, String>> encrypted(Map<String, String> values, Resource resource) {
        Map<String, String> encrypted = new HashMap<>(values);
        Optional<PasswordCipher> cipher = passwords.cipher();
        for (Change change : resource.changes) {
            if (!BrokerConfigs.isPassword(change.key) || !values.containsKey(change.key)) continue;
            if (cipher.isEmpty())
                return refused(
                        ErrorCode.INVALID_REQUEST,
                        "Invalid config value for " + change.key + ": Password encoder secret not configured."
                                + " Passwords are kept encrypted only; set " + PasswordCipher.SECRET
                                + " in the broker's file and start it again.");
            encrypted.put(change.key, cipher.get().encrypt(values.get(change.key), random));
        }
        return Answer.ok(encrypted);
    }

    private Optional<String> brokerFlaw(Map<String, String> values, boolean isForAll) {
        Set<String> fixed = new TreeSet<>();
        Set<String> perBroker = new TreeSet<>();
        Set<String> perListener = new TreeSet<>();
        for (Map.Entry<String, String> entry : new TreeMap<>(values).entrySet()) {
            Optional<ConfigKey> key = BrokerConfigs.key(entry.getKey());
            if (key.isEmpty()) continue;
            if (key.get().change() == ConfigKey.Change.NOBODY) fixed.add(entry.getKey());
            if (key.get().change() == ConfigKey.Change.ONE_BROKER) perBroker.add(entry.getKey());
            if (entry.getKey().startsWith("ssl.")) perListener.add(entry.getKey());
            try {
                key.get().normalized(entry.getValue());
            } catch (ConfigException e) {
                return Optional.of(e.getMessage());
            }
        }
        if (!fixed.isEmpty()) return Optional.of("Cannot update these configs dynamically: " + fixed);
        if (!perListener.isEmpty())
            return Optional.of(
                    "These security configs can be dynamically updated only per-listener using the listener prefix: "
                            + perListener);
        if (isForAll && !perBroker.isEmpty())
            return Optional.of(
                    "Cannot update these configs at default cluster level, broker id must be specified: " + perBroker);
        return configs.now().contradiction(values, isForAll);
    }

    /** At once, since it is not written anywhere. */
    private Answer<Optional<ConfigEdit>> logger(Resource resource, boolean validateOnly) {
        if (resource.replaces)
            return refused(
                    ErrorCode.INVALID_REQUEST,
                    "AlterConfigs is deprecated and does not support the resource type BROKER_LOGGER");
        if (!resource.name.equals(Integer.toString(configs.now().brokerId())))
            return refused(
                    ErrorCode.INVALID_REQUEST,
                    "Unexpected broker id, expected " + configs.now().brokerId() + ", but received " + resource.name);
        Optional<Answer.Refused<Void>> flaw = loggers.flaw(resource.changes);
        if (flaw.isPresent()) return refused(flaw.get().error(), flaw.get().message());
        if (!validateOnly) loggers.apply(resource.changes);
        return Answer.ok(Optional.empty());
    }

    private static Answer<ConfigEdit> clientMetrics(Resource resource) {
        if (resource.name.isEmpty())
            return refused(ErrorCode.INVALID_REQUEST, "Default client metrics resources are not allowed.");
        ConfigEntity entity = new ConfigEntity(ConfigEntity.Type.CLIENT_METRICS, resource.name);
        return Answer.ok(new ConfigEdit(
                entity,
                set -> checked(
                        checked(
                                apply(resource, set, GroupConfigs.METRICS, Map.of()),
                                ErrorCode.INVALID_REQUEST,
                                values -> GroupConfigs.metricsFlaw(StoredConfigs.judged(entity, values, set))),
                        ErrorCode.INVALID_CONFIG,
                        GroupConfigs::selectorFlaw)));
    }

    private Answer<ConfigEdit> group(Resource resource) {
        if (resource.name.isEmpty())
            return refused(ErrorCode.INVALID_REQUEST, "Default group resources are not allowed.");
        ConfigEntity entity = ConfigEntity.group(resource.name);
        return Answer.ok(new ConfigEdit(
                entity,
                set -> checked(
                        apply(resource, set, GroupConfigs.TABLE, Map.of()),
                        ErrorCode.INVALID_CONFIG,
                        values -> GroupConfigs.flaw(StoredConfigs.judged(entity, values, set), configs.now()))));
    }

    private static Answer<Map<String, String>> checked(
            Answer<Map<String, String>> next, ErrorCode error, Function<Map<String, String>, Optional<String>> flaws) {
        if (!(next instanceof Answer.Ok<Map<String, String>>(Map<String, String> values))) return next;
        Optional<String> flaw = flaws.apply(values);
        return flaw.isEmpty() ? next : Answer.refused(error, flaw.get());
    }

    /** @param defaults what a list begins with, if it was not set and is added to or taken from */
    private static Answer<Map<String, String>> apply(
            Resource resource, Map<String, String> set, ConfigTable table, Map<String, String> defaults) {
        Map<String, String> next = resource.replaces ? new HashMap<>() : new HashMap<>(set);
        for (Change change : resource.changes) {
            Operation operation = Operation.values()[change.operation];
            switch (operation) {
                case SET -> next.put(change.key, change.value.orElseThrow().strip());
                case DELETE -> next.remove(change.key);
                case APPEND, SUBTRACT -> {
                    Optional<ConfigKey> key = table.find(change.key);
                    if (key.isEmpty() || key.get().type() != ConfigDef.Type.LIST)
                        return refused(
                                ErrorCode.INVALID_CONFIG,
                                "Can't " + operation + " to key " + change.key + " because its type is not LIST.");
                    String standard = defaults.getOrDefault(
                            change.key, key.get().standard().orElse(""));
                    String old = next.getOrDefault(change.key, standard);
                    next.put(change.key, edited(old, operation, change.value.orElseThrow()));
                }
            }
        }
        return Answer.ok(next);
    }

    private static String edited(String old, Operation operation, String value) {
        Set<String> items = new LinkedHashSet<>(items(old));
        if (operation == Operation.APPEND) items.addAll(items(value));
        else items.removeAll(items(value));
        return String.join(",", items);
    }

    private static List<String> items(String list) {
        List<String> items = new ArrayList<>();
        for (String item : list.split(",", -1)) {
            if (!item.isBlank()) items.add(item.strip());
        }
        return items;
    }

    private static <T> Answer<T> refused(ErrorCode error, String message) {
        return Answer.refused(error, message);
    }
}
