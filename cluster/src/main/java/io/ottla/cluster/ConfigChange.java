package io.ottla.cluster;

import io.ottla.cluster.Coordination.CreateMode;
import io.ottla.cluster.Coordination.Op;
import java.util.List;
import java.util.Map;

/** Decides how a dynamic configuration is written: the entity's znode, and a notification for Kafka's own tools. */
final class ConfigChange {
    /** Entities with a configuration, over all types. */
    static final int MAX_ENTITIES = 2_000_000;

    /** The configuration of an entity is one znode. */
    static final int MAX_CONFIG_BYTES = Plan.MAX_BYTES / 2;

    private ConfigChange() {}

    /** The subjects are the entities' paths; the answer is what is set then. */
    static Plan<Map<String, String>> plan(ClusterImage image, List<ConfigEdit> edits) {
        Plan.Draft<Map<String, String>> draft = new Plan.Draft<>();
        for (ConfigEdit edit : edits) {
            ConfigEntity entity = edit.entity();
            Answer<Map<String, String>> edited =
                    bounded(image, entity, edit.edit().apply(image.config(entity)));
            draft.answer(entity.entityPath(), edited);
            if (edited instanceof Answer.Ok<Map<String, String>>(Map<String, String> values)
                    && !values.equals(image.config(entity)))
                draft.step(
                        entity.entityPath(),
                        List.of(
                                write(image, entity, values),
                                new Op.Create(
                                        ZnodePath.CONFIG_CHANGE_PREFIX,
                                        ConfigZnode.notification(entity),
                                        CreateMode.PERSISTENT_SEQUENTIAL)));
        }
        return draft.plan();
    }

    private static Answer<Map<String, String>> bounded(
            ClusterImage image, ConfigEntity entity, Answer<Map<String, String>> edited) {
        if (!(edited instanceof Answer.Ok<Map<String, String>>(Map<String, String> values))) return edited;
        if (ConfigZnode.encode(values).length > MAX_CONFIG_BYTES)
            return Answer.refused(
                    ErrorCode.INVALID_CONFIG, "The configuration has more than " + MAX_CONFIG_BYTES + " bytes.");
        if (image.configs().size() >= MAX_ENTITIES && !image.configs().containsKey(entity))
            return Answer.refused(
                    ErrorCode.POLICY_VIOLATION,
                    "There cannot be more than " + MAX_ENTITIES + " entities with a configuration.");
        return edited;
    }

    /** Creates or replaces; fails if somebody else changed it since the image. */
    static Op write(ClusterImage image, ConfigEntity entity, Map<String, String> values) {
        int version = image.configs().getOrDefault(entity, ConfigImage.NONE).version();
        byte[] data = ConfigZnode.encode(values);
        return version == ConfigImage.ABSENT
                ? new Op.Create(entity.path(), data, CreateMode.PERSISTENT)
                : new Op.SetData(entity.path(), data, version);
    }
}
