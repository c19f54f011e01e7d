package io.ottla.broker;

import org.apache.kafka.common.acl.AclOperation;

/** A right that a request needs. Which API needs which is Kafka's (KafkaApis, ControllerApis). */
public sealed interface Need {
    /** Who has it not is refused as a whole: {@link Gate} asks before the handler is called. */
    record OnOne(AclOperation operation, Guarded resource, String name) implements Need {}

    /**
     * On each resource of that kind that the request names, or would be told of. Refused or left out are single ones, in the
     * answer, which only the handler can do. No handler asks yet: as long as that is so, there is no
     * authorizer but {@link Authorizer#ALLOW_ALL}.
     */
    record OnEach(AclOperation operation, Guarded resource) implements Need {}

    static Need onCluster(AclOperation operation) {
        return new OnOne(operation, Guarded.CLUSTER, Guarded.THE_CLUSTER);
    }

    static Need onGroup(AclOperation operation, String groupId) {
        return new OnOne(operation, Guarded.GROUP, groupId);
    }

    static Need onTransactionalId(AclOperation operation, String transactionalId) {
        return new OnOne(operation, Guarded.TRANSACTIONAL_ID, transactionalId);
    }

    static Need onEach(AclOperation operation, Guarded resource) {
        return new OnEach(operation, resource);
    }
}
