package io.ottla.broker;

import org.apache.kafka.common.protocol.Errors;

/** What ACLs guard, and what a client is told that may not do what it asked with one. */
public enum Guarded {
    TOPIC(Errors.TOPIC_AUTHORIZATION_FAILED),
    GROUP(Errors.GROUP_AUTHORIZATION_FAILED),
    /** There is one, {@link #THE_CLUSTER}. */
    CLUSTER(Errors.CLUSTER_AUTHORIZATION_FAILED),
    TRANSACTIONAL_ID(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);

    /** The name of the cluster in ACLs. */
    public static final String THE_CLUSTER = "kafka-cluster";

    private final Errors refused;

    Guarded(Errors refused) {
        this.refused = refused;
    }

    Errors refused() {
        return refused;
    }
}
