package io.ottla.sim;

import java.util.List;
import java.util.Set;

/** Names and values of configurations, wanted and unwanted ones. */
final class ConfigWords {
    static final List<String> NAMES = List.of(
            "cleanup.policy",
            "retention.ms",
            "retention.bytes",
            "segment.bytes",
            "internal.segment.bytes",
            "segment.ms",
            "segment.jitter.ms",
            "segment.index.bytes",
            "index.interval.bytes",
            "flush.messages",
            "flush.ms",
            "min.insync.replicas",
            "max.message.bytes",
            "message.max.bytes",
            "compression.type",
            "message.timestamp.type",
            "message.timestamp.before.max.ms",
            "message.timestamp.after.max.ms",
            "min.cleanable.dirty.ratio",
            "min.compaction.lag.ms",
            "max.compaction.lag.ms",
            "delete.retention.ms",
            "file.delete.delay.ms",
            "preallocate",
            "unclean.leader.election.enable",
            "follower.replication.throttled.replicas",
            "compression.gzip.level",
            "log.retention.ms",
            "log.retention.bytes",
            "log.segment.bytes",
            "log.cleaner.dedupe.buffer.size",
            "log.cleaner.threads",
            "num.io.threads",
            "log.message.timestamp.type",
            "group.max.session.timeout.ms",
            "io.ottla",
            "root");

    static final List<String> VALUES = List.of(
            "-1",
            "0",
            "1",
            "2",
            "100",
            "1024",
            "1048576",
            "2147483647",
            "-2147483648",
            "9223372036854775807",
            "delete",
            "compact",
            "compact,delete",
            "compact,compact",
            "gzip",
            "lz4",
            "snappy",
            "zstd",
            "producer",
            "uncompressed",
            "CreateTime",
            "LogAppendTime",
            "true",
            "false",
            "0.5",
            "1.0",
            "0.0",
            "-0.5",
            "NaN",
            "Infinity",
            "*",
            "0:0",
            "DEBUG",
            "OFF");

    /** With these a client that may configure keeps all others out, and that is right so. */
    private static final Set<String> DOORS = Set.of(
            "max.connections",
            "max.connections.per.ip",
            "max.connections.per.ip.overrides",
            "max.connection.creation.rate",
            "listeners",
            "advertised.listeners");

    private ConfigWords() {}

    static boolean mayChange(String name) {
        return !DOORS.contains(name);
    }
}
