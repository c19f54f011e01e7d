package io.ottla.log;

/** Who appends, which decides what is checked. */
public enum AppendOrigin {
    /** A client's produce request: everything is checked, sequences too. */
    CLIENT,
    /** A coordinator of this node: records and transaction markers that it made itself. */
    COORDINATOR,
    /** A copy of what the leader has: offsets and epochs are kept as they come. */
    REPLICATION
}
