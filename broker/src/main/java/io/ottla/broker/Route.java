package io.ottla.broker;

import io.ottla.partition.Replica;
import org.apache.kafka.common.protocol.Errors;

/** Where the leader of a partition is that a request names. */
sealed interface Route {

    /** On this node. */
    record Here(Replica replica) implements Route {}

    /** On another, or nowhere for now. @param leaderId −1 if there is none */
    record Elsewhere(int leaderId, int leaderEpoch) implements Route {}

    /** There is no such topic or partition. */
    record Unknown(Errors error) implements Route {}
}
