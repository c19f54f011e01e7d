package io.ottla.broker;

import java.util.List;
import org.apache.kafka.common.acl.AclOperation;

/**
 * What a client may do, as bits by {@link AclOperation}'s numbers (KIP-430). Without an authorizer everybody may do
 * everything that there is.
 */
final class AuthorizedOperations {
    /** The client did not ask. */
    static final int NOT_ASKED = Integer.MIN_VALUE;

    static final int ALL_ON_TOPIC = bits(List.of(
            AclOperation.READ,
            AclOperation.WRITE,
            AclOperation.CREATE,
            AclOperation.DESCRIBE,
            AclOperation.DELETE,
            AclOperation.ALTER,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER_CONFIGS));

    static final int ALL_ON_CLUSTER = bits(List.of(
            AclOperation.CREATE,
            AclOperation.CLUSTER_ACTION,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER_CONFIGS,
            AclOperation.IDEMPOTENT_WRITE,
            AclOperation.ALTER,
            AclOperation.DESCRIBE));

    private AuthorizedOperations() {}

    private static int bits(List<AclOperation> operations) {
        int bits = 0;
        for (AclOperation operation : operations) bits |= 1 << operation.code();
        return bits;
    }
}
