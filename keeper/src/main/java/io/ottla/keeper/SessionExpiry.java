package io.ottla.keeper;

import io.ottla.base.Core;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which sessions have been silent for too long (SessionTrackerImpl and ExpiryQueue of the original). Sessions stand in buckets of one tick, by the
 * time at which they expire, rounded up: so none expires early, hearing from one mostly changes nothing, and many that expire
 * together do so in one step.
 *
 * <p>Times are of a clock that never goes back, in milliseconds.
 */
final class SessionExpiry {
    private final long tickMs;
    private final Map<Long, Entry> entries = new HashMap<>();

    /** By the time at which the bucket is over; in each, the order in which sessions came into it. */
    private final TreeMap<Long, Set<Long>> buckets = new TreeMap<>();

    private static final class Entry {
        final long timeoutMs;
        long expiresMs;
        boolean closing;

        Entry(long timeoutMs) {
            this.timeoutMs = timeoutMs;
        }
    }

    /** @param tickMs 1 or more */
    SessionExpiry(long tickMs) {
        if (tickMs < 1) throw new IllegalArgumentException("tickTime must be 1 ms or more: " + tickMs);
        this.tickMs = tickMs;
    }

    /** What a client that asks for {@code wantedMs} gets, between the bounds (2 and 20 ticks unless configured). */
    static int negotiated(int wantedMs, int minMs, int maxMs) {
        return Math.max(minMs, Math.min(maxMs, wantedMs));
    }

    int size() {
        return entries.size();
    }

    /** A session begins, or is known again after a start: it has its whole timeout from now on. */
    void track(long sessionId, long timeoutMs, long nowMs) {
        Entry entry = entries.get(sessionId);
        if (entry != null && !entry.closing) unlink(sessionId, entry);
        entry = new Entry(timeoutMs);
        entries.put(sessionId, entry);
        link(sessionId, entry, bucket(nowMs + timeoutMs));
    }

    /**
     * The session was heard of.
     *
     * @return false if there is none, or it is being closed: the client is to be told that it expired
     */
    boolean touch(long sessionId, long nowMs) {
        Entry entry = entries.get(sessionId);
        if (entry == null || entry.closing) return false;
        long expiresMs = bucket(nowMs + entry.timeoutMs);
        if (expiresMs != entry.expiresMs) {
            unlink(sessionId, entry);
            link(sessionId, entry, expiresMs);
        }
        return true;
    }

    /** The end of the session is under way: it is heard of no more, and does not expire again. */
    void closing(long sessionId) {
        Entry entry = entries.get(sessionId);
        if (entry == null || entry.closing) return;
        entry.closing = true;
        unlink(sessionId, entry);
    }

    /** The end of the session came to nothing: it has its whole timeout again. */
    void reopen(long sessionId, long nowMs) {
        Entry entry = entries.get(sessionId);
        if (entry != null) track(sessionId, entry.timeoutMs, nowMs);
    }

    /** What the session was given last; of one that is tracked. */
    long timeoutMs(long sessionId) {
        return entries.get(sessionId).timeoutMs;
    }

    /** Those that may expire, by the time at which they do. */
    SortedMap<Long, List<Long>> byExpiry() {
        TreeMap<Long, List<Long>> all = new TreeMap<>();
        buckets.forEach((expiresMs, sessions) -> all.put(expiresMs, List.copyOf(sessions)));
        return all;
    }

    /** The end of the session is applied. */
    void remove(long sessionId) {
        Entry entry = entries.remove(sessionId);
        if (entry != null && !entry.closing) unlink(sessionId, entry);
    }

    /** The sessions whose time is over, which are {@link #closing} from now on. */
    List<Long> expired(long nowMs) {
        List<Long> expired = new ArrayList<>();
        while (!buckets.isEmpty() && buckets.firstKey() <= nowMs) {
            for (long sessionId : buckets.pollFirstEntry().getValue()) {
                entries.get(sessionId).closing = true;
                expired.add(sessionId);
            }
        }
        return expired;
    }

    /** When {@link #expired} next has some, if none is heard of; {@link Core#NO_DEADLINE} if there are none. */
    long nextDeadlineMs() {
        return buckets.isEmpty() ? Core.NO_DEADLINE : buckets.firstKey();
    }

    private long bucket(long expiresMs) {
        return (expiresMs / tickMs + 1) * tickMs;
    }

    private void link(long sessionId, Entry entry, long expiresMs) {
        entry.expiresMs = expiresMs;
        buckets.computeIfAbsent(expiresMs, absent -> new LinkedHashSet<>()).add(sessionId);
    }

    private void unlink(long sessionId, Entry entry) {
        Set<Long> bucket = buckets.get(entry.expiresMs);
        if (bucket == null) return;
        bucket.remove(sessionId);
        if (bucket.isEmpty()) buckets.remove(entry.expiresMs);
    }
}
