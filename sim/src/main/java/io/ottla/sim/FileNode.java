package io.ottla.sim;

import io.ottla.base.SeededRandom;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A file on a virtual drive: what programs see (the page cache), what is on the medium, and for each page the contents
 * it had in between, any of which may be what a power loss leaves.
 *
 * <p>That is the page cache's own freedom: pages are written back in any order, at any time, whole or torn at a
 * sector; the length is written back independently of them.
 */
final class FileNode implements Inode {
    static final int PAGE_BYTES = 4096;
    static final int SECTOR_BYTES = 512;
    /** Of the contents between two syncs so many are remembered for each page. */
    private static final int VERSIONS_MAX = 4;

    private static final byte[] ZEROS = new byte[PAGE_BYTES];

    /** Pages are never changed, only replaced; an absent page is zeros. */
    private final Map<Long, byte[]> seen = new HashMap<>();

    private final Map<Long, byte[]> durable = new HashMap<>();
    private final Map<Long, List<byte[]>> unsynced = new TreeMap<>();
    private final List<Long> unsyncedSizes = new ArrayList<>();
    private long size;
    private long durableSize;
    long modifiedMs;
    int openings;

    long size() {
        return size;
    }

    /** What it takes on the drive. */
    long allocatedBytes() {
        return (long) seen.size() * PAGE_BYTES;
    }

    int read(long position, ByteBuffer target) {
        int count = (int) Math.max(0, Math.min(target.remaining(), size - position));
        for (int done = 0; done < count; ) {
            long at = position + done;
            int within = (int) (at % PAGE_BYTES);
            int part = Math.min(count - done, PAGE_BYTES - within);
            target.put(seen.getOrDefault(at / PAGE_BYTES, ZEROS), within, part);
            done += part;
        }
        return count;
    }

    /** How many bytes of the drive a write would take. */
    long newBytes(long position, int count) {
        long bytes = 0;
        if (count == 0) return 0;
        for (long page = position / PAGE_BYTES; page <= (position + count - 1) / PAGE_BYTES; page++)
            if (!seen.containsKey(page)) bytes += PAGE_BYTES;
        return bytes;
    }

    void write(long position, ByteBuffer source, SeededRandom random) {
        int count = source.remaining();
        for (int done = 0; done < count; ) {
            long at = position + done;
            int within = (int) (at % PAGE_BYTES);
            int part = Math.min(count - done, PAGE_BYTES - within);
            byte[] page = seen.getOrDefault(at / PAGE_BYTES, ZEROS).clone();
            source.get(page, within, part);
            replace(at / PAGE_BYTES, page, random);
            done += part;
        }
        if (position + count > size) resize(position + count, random);
    }

    void truncate(long newSize, SeededRandom random) {
        for (long page : seen.keySet().stream().sorted().toList()) {
            long start = page * PAGE_BYTES;
            if (start + PAGE_BYTES <= newSize) continue;
            if (start >= newSize) {
                replace(page, ZEROS, random);
                seen.remove(page);
            } else {
                byte[] cut = seen.get(page).clone();
                Arrays.fill(cut, (int) (newSize - start), PAGE_BYTES, (byte) 0);
                replace(page, cut, random);
            }
        }
        resize(newSize, random);
    }

    private void replace(long page, byte[] content, SeededRandom random) {
        seen.put(page, content);
        remember(unsynced.computeIfAbsent(page, absent -> new ArrayList<>()), content, random);
    }

    private void resize(long newSize, SeededRandom random) {
        if (newSize == size) return;
        size = newSize;
        remember(unsyncedSizes, newSize, random);
    }

    private static <T> void remember(List<T> versions, T latest, SeededRandom random) {
        if (versions.size() == VERSIONS_MAX) versions.remove(random.nextInt(VERSIONS_MAX - 1));
        versions.add(latest);
    }

    boolean isSynced() {
        return unsynced.isEmpty() && unsyncedSizes.isEmpty();
    }

    void sync() {
        settle(Fate.KEPT, new SeededRandom(0));
    }

    /**
     * The sync failed: something is on the medium, nobody knows what, and the page cache takes it for clean. So a
     * later sync succeeds and changes nothing (Rebello et al., Can Applications Recover from fsync Failures?, 2020).
     */
    void failSync(SeededRandom random) {
        List<Long> pages = List.copyOf(unsynced.keySet());
        settle(Fate.MIXED, random);
        for (long page : pages) if (random.chance(0.5)) putOrRemove(seen, page, durable.get(page));
    }

    /** What the medium has is all there is. */
    void powerLoss(SeededRandom random) {
        Fate[] fates = Fate.values();
        settle(fates[random.nextInt(fates.length)], random);
        seen.clear();
        seen.putAll(durable);
        size = durableSize;
        openings = 0;
    }

    /** What becomes of everything unsynced. */
    private enum Fate {
        LOST,
        KEPT,
        /** Each page on its own. */
        MIXED,
        /** Each sector on its own. */
        TORN
    }

    private void settle(Fate fate, SeededRandom random) {
        unsynced.forEach((page, versions) -> putOrRemove(durable, page, settled(page, versions, fate, random)));
        if (!unsyncedSizes.isEmpty())
            durableSize = switch (fate) {
                case LOST -> durableSize;
                case KEPT -> unsyncedSizes.getLast();
                case MIXED, TORN -> {
                    int choice = random.nextInt(unsyncedSizes.size() + 1);
                    yield choice == 0 ? durableSize : unsyncedSizes.get(choice - 1);
                }
            };
        unsynced.clear();
        unsyncedSizes.clear();
        cutDurable();
    }

    private byte[] settled(long page, List<byte[]> versions, Fate fate, SeededRandom random) {
        byte[] before = durable.getOrDefault(page, ZEROS);
        return switch (fate) {
            case LOST -> before;
            case KEPT -> versions.getLast();
            case MIXED -> any(before, versions, random);
            case TORN -> {
                byte[] torn = new byte[PAGE_BYTES];
                for (int at = 0; at < PAGE_BYTES; at += SECTOR_BYTES)
                    System.arraycopy(any(before, versions, random), at, torn, at, SECTOR_BYTES);
                yield torn;
            }
        };
    }

    private static byte[] any(byte[] before, List<byte[]> versions, SeededRandom random) {
        int choice = random.nextInt(versions.size() + 1);
        return choice == 0 ? before : versions.get(choice - 1);
    }

    /** Nothing lies behind the end. */
    private void cutDurable() {
        durable.keySet().removeIf(page -> page * PAGE_BYTES >= durableSize);
        long last = durableSize / PAGE_BYTES;
        byte[] content = durable.get(last);
        if (content == null) return;
        byte[] cut = content.clone();
        Arrays.fill(cut, (int) (durableSize % PAGE_BYTES), PAGE_BYTES, (byte) 0);
        durable.put(last, cut);
    }

    private static void putOrRemove(Map<Long, byte[]> pages, long page, byte[] content) {
        if (content == null || Arrays.equals(content, ZEROS)) pages.remove(page);
        else pages.put(page, content);
    }

    /** The medium rots: bits flip on it and in what is read from it. */
    void rot(long position, byte bits) {
        for (Map<Long, byte[]> pages : List.of(seen, durable)) {
            byte[] page = pages.getOrDefault(position / PAGE_BYTES, ZEROS).clone();
            page[(int) (position % PAGE_BYTES)] ^= bits;
            pages.put(position / PAGE_BYTES, page);
        }
    }

    /** A file of its own with the same content and the same past. */
    FileNode copy() {
        FileNode copy = new FileNode();
        copy.seen.putAll(seen);
        copy.durable.putAll(durable);
        unsynced.forEach((page, versions) -> copy.unsynced.put(page, new ArrayList<>(versions)));
        copy.unsyncedSizes.addAll(unsyncedSizes);
        copy.size = size;
        copy.durableSize = durableSize;
        copy.modifiedMs = modifiedMs;
        return copy;
    }
}
