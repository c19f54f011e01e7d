package io.ottla.cluster;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/**
 * Something that has a dynamic configuration.
 *
 * @param type of the entity
 * @param name of the topic, group, client, user, address, or the number of the broker; {@link #DEFAULT} for what holds
 *     unless the entity itself says otherwise. For {@link Type#USER_CLIENTS} {@code user/client}, both as znode names.
 */
public record ConfigEntity(Type type, String name) implements Comparable<ConfigEntity> {

    /** In place of a name: the default of the type. */
    public static final String DEFAULT = "<default>";

    private static final Comparator<ConfigEntity> ORDER =
            Comparator.comparing(ConfigEntity::type).thenComparing(ConfigEntity::name);

    /** Each with its folder under {@code /config}. */
    public enum Type {
        TOPICS("topics"),
        BROKERS("brokers"),
        GROUPS("groups"),
        CLIENT_METRICS("client-metrics"),
        CLIENTS("clients"),
        USERS("users"),
        USER_CLIENTS("users"),
        IPS("ips");

        private final String folder;

        Type(String folder) {
            this.folder = folder;
        }
    }

    private static final Map<String, Type> BY_FOLDER = Map.of(
            "topics", Type.TOPICS,
            "brokers", Type.BROKERS,
            "groups", Type.GROUPS,
            "client-metrics", Type.CLIENT_METRICS,
            "clients", Type.CLIENTS,
            "users", Type.USERS,
            "ips", Type.IPS);

    public static ConfigEntity topic(String topic) {
        return new ConfigEntity(Type.TOPICS, topic);
    }

    public static ConfigEntity broker(int id) {
        return new ConfigEntity(Type.BROKERS, Integer.toString(id));
    }

    /** What holds for all brokers. */
    public static ConfigEntity brokers() {
        return new ConfigEntity(Type.BROKERS, DEFAULT);
    }

    public static ConfigEntity group(String group) {
        return new ConfigEntity(Type.GROUPS, group);
    }

    /** {@code topics/t}: what a notification of its change names. */
    String entityPath() {
        if (type == Type.USER_CLIENTS) {
            int slash = name.indexOf('/');
            return "users/" + name.substring(0, slash) + "/clients" + name.substring(slash);
        }
        return type.folder + "/" + (isVerbatim() ? name : ZnodeNames.toZnode(name));
    }

    String path() {
        return ZnodePath.CONFIG + "/" + entityPath();
    }

    private boolean isVerbatim() {
        return type == Type.TOPICS || type == Type.BROKERS || name.equals(DEFAULT);
    }

    /** Empty if the path is not that of an entity, or of a type that is not known. */
    static Optional<ConfigEntity> ofPath(String path) throws MalformedZnodeException {
        String inConfig = path.substring(ZnodePath.CONFIG.length() + 1);
        int slash = inConfig.indexOf('/');
        if (slash < 0) return Optional.empty();
        Type type = BY_FOLDER.get(inConfig.substring(0, slash));
        String name = inConfig.substring(slash + 1);
        if (type == null) return Optional.empty();
        int below = name.indexOf('/');
        if (below >= 0) {
            if (type != Type.USERS || !name.startsWith("/clients/", below)) return Optional.empty();
            return Optional.of(new ConfigEntity(
                    Type.USER_CLIENTS, name.substring(0, below) + name.substring(below + "/clients".length())));
        }
        ConfigEntity verbatim = new ConfigEntity(type, name);
        return Optional.of(verbatim.isVerbatim() ? verbatim : new ConfigEntity(type, ZnodeNames.fromZnode(path, name)));
    }

    @Override
    public int compareTo(ConfigEntity other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return entityPath();
    }
}
