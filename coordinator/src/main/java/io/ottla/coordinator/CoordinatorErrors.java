package io.ottla.coordinator;

import org.apache.kafka.common.protocol.Errors;

/** What a client hears when records could not be written. Source: CoordinatorOperationExceptionHelper of Kafka 4.3. */
final class CoordinatorErrors {
    private CoordinatorErrors() {}

    /** @param appendError as the log gave it */
    static Errors ofAppend(short appendError) {
        Errors error = Errors.forCode(appendError);
        return switch (error) {
            case UNKNOWN_TOPIC_OR_PARTITION, NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS_AFTER_APPEND, REQUEST_TIMED_OUT ->
                Errors.COORDINATOR_NOT_AVAILABLE;
            case NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR, FENCED_LEADER_EPOCH -> Errors.NOT_COORDINATOR;
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_FETCH_SIZE, NONE -> Errors.UNKNOWN_SERVER_ERROR;
            default -> error;
        };
    }
}
