package io.ottla.cluster;

/** Why a command was refused: those of Kafka's protocol errors that decisions about the cluster end in, by its numbers. */
public enum ErrorCode {
    UNKNOWN_SERVER_ERROR(-1),
    UNKNOWN_TOPIC_OR_PARTITION(3),
    REQUEST_TIMED_OUT(7),
    INVALID_TOPIC_EXCEPTION(17),
    TOPIC_ALREADY_EXISTS(36),
    INVALID_PARTITIONS(37),
    INVALID_REPLICATION_FACTOR(38),
    INVALID_REPLICA_ASSIGNMENT(39),
    INVALID_CONFIG(40),
    NOT_CONTROLLER(41),
    INVALID_REQUEST(42),
    POLICY_VIOLATION(44),
    TOPIC_DELETION_DISABLED(73),
    PREFERRED_LEADER_NOT_AVAILABLE(80),
    ELIGIBLE_LEADERS_NOT_AVAILABLE(83),
    ELECTION_NOT_NEEDED(84),
    NO_REASSIGNMENT_IN_PROGRESS(85),
    THROTTLING_QUOTA_EXCEEDED(89),
    UNKNOWN_TOPIC_ID(100);

    private final short code;

    ErrorCode(int code) {
        this.code = (short) code;
    }

    /** As in the protocol. */
    public short code() {
        return code;
    }
}
