package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.sim.Inode.Directory;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A drive with its file system: survives whoever uses it. What is written is pending until it is synced; a power loss
 * keeps any of what was pending, as the page cache and an unordered journal would leave it.
 *
 * <p>Changes of names are atomic, and those of one file or directory keep their order; all else may get lost or come
 * out of order until the directory is synced. A synced file whose name was not synced is lost.
 */
public final class VirtualDrive {
    private final Directory root = new Directory();
    private final List<NameChange> unsynced = new ArrayList<>();
    private long capacityBytes;

    public VirtualDrive(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    /** The drive becomes larger or smaller: how disks fill and get room again. */
    public void capacity(long bytes) {
        capacityBytes = bytes;
    }

    public long capacityBytes() {
        return capacityBytes;
    }

    public long usableBytes() {
        return Math.max(0, capacityBytes - allocatedBytes(root));
    }

    private static long allocatedBytes(Directory directory) {
        long bytes = 0;
        for (Inode node : directory.seen.values())
            bytes += switch (node) {
                case FileNode file -> file.allocatedBytes();
                case Directory inner -> allocatedBytes(inner);
            };
        return bytes;
    }

    // ---- names

    private static List<String> names(Path path) {
        List<String> names = new ArrayList<>();
        for (Path name : Path.of("/").resolve(path).normalize()) names.add(name.toString());
        return names;
    }

    private static String lastName(Path path) throws IOException {
        List<String> names = names(path);
        if (names.isEmpty()) throw new FileSystemException(path.toString(), null, "the root");
        return names.getLast();
    }

    /** Null if there is nothing of that name. */
    Inode find(Path path) {
        Inode node = root;
        for (String name : names(path)) {
            if (!(node instanceof Directory directory)) return null;
            node = directory.seen.get(name);
        }
        return node;
    }

    Directory directory(Path path) throws IOException {
        Inode node = find(path);
        if (node == null) throw new NoSuchFileException(path.toString());
        if (node instanceof Directory directory) return directory;
        throw new NotDirectoryException(path.toString());
    }

    private Directory parent(Path path) throws IOException {
        Path parent = Path.of("/").resolve(path).normalize().getParent();
        if (parent == null) throw new FileSystemException(path.toString(), null, "the root");
        return directory(parent);
    }

    FileNode file(Path path) throws IOException {
        Inode node = find(path);
        if (node == null) throw new NoSuchFileException(path.toString());
        if (node instanceof FileNode file) return file;
        throw new FileSystemException(path.toString(), null, "Is a directory");
    }

    FileNode create(Path path) throws IOException {
        FileNode file = new FileNode();
        link(parent(path), lastName(path), file);
        return file;
    }

    void createDirectories(Path path) throws IOException {
        Directory at = root;
        for (String name : names(path)) {
            Inode next = at.seen.get(name);
            if (next == null) {
                next = new Directory();
                link(at, name, next);
            }
            if (!(next instanceof Directory directory)) throw new NotDirectoryException(path.toString());
            at = directory;
        }
    }

    private void link(Directory directory, String name, Inode node) {
        directory.seen.put(name, node);
        unsynced.add(new NameChange.Link(directory, name, node));
    }

    void rename(Path from, Path to) throws IOException {
        Inode node = find(from);
        if (node == null) throw new NoSuchFileException(from.toString());
        Directory target = parent(to);
        String name = lastName(to);
        if (target.seen.get(name) instanceof Directory there && (!there.seen.isEmpty() || node instanceof FileNode))
            throw new DirectoryNotEmptyException(to.toString());
        Directory source = parent(from);
        source.seen.remove(lastName(from));
        target.seen.put(name, node);
        unsynced.add(new NameChange.Rename(source, lastName(from), target, name, node));
    }

    void delete(Path path) throws IOException {
        Inode node = find(path);
        if (node == null) return;
        if (node instanceof Directory directory && !directory.seen.isEmpty())
            throw new DirectoryNotEmptyException(path.toString());
        Directory parent = parent(path);
        parent.seen.remove(lastName(path));
        unsynced.add(new NameChange.Unlink(parent, lastName(path), node));
    }

    void sync(Directory directory) {
        Set<Inode> settled = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
        for (NameChange change : unsynced) if (change.concerns(directory)) settled.add(change.node());
        int last = -1;
        for (int i = 0; i < unsynced.size(); i++) if (unsynced.get(i).concerns(directory)) last = i;
        List<NameChange> left = new ArrayList<>();
        for (int i = 0; i < unsynced.size(); i++) {
            NameChange change = unsynced.get(i);
            boolean before = i <= last && settled.contains(change.node()); // the order of one node's changes is kept
            if (change.concerns(directory) || before) change.settle();
            else left.add(change);
        }
        unsynced.clear();
        unsynced.addAll(left);
    }

    /** All names become durable, and {@code sync} decides what becomes of the contents. */
    void syncAll(Consumer<FileNode> sync) {
        unsynced.forEach(NameChange::settle);
        unsynced.clear();
        forEachFile(root, sync);
    }

    private static void forEachFile(Directory directory, Consumer<FileNode> action) {
        for (Inode node : directory.seen.values())
            switch (node) {
                case FileNode file -> action.accept(file);
                case Directory inner -> forEachFile(inner, action);
            }
    }

    // ---- faults

    /** The power goes. Whoever had files open has them no more. */
    public void powerLoss(SeededRandom random) {
        boolean allNamesKept = random.chance(0.3);
        double lossChance = random.nextDouble();
        Set<Inode> stopped = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
        for (NameChange change : unsynced) {
            if (stopped.contains(change.node())) continue;
            if (allNamesKept || !random.chance(lossChance)) change.settle();
            else stopped.add(change.node());
        }
        unsynced.clear();
        settle(root, new HashSet<>(), random);
    }

    private static void settle(Directory directory, Set<Inode> done, SeededRandom random) {
        directory.seen.clear();
        directory.seen.putAll(directory.durable);
        for (Inode node : directory.seen.values()) {
            if (!done.add(node)) continue;
            switch (node) {
                case FileNode file -> file.powerLoss(random);
                case Directory inner -> settle(inner, done, random);
            }
        }
    }

    /** Flips {@code bits} of one byte of a file, on the medium and in what is read. */
    public void rot(Path path, long position, byte bits) throws IOException {
        FileNode file = file(path);
        if (position >= file.size()) throw new IllegalArgumentException("behind the end of " + path);
        file.rot(position, bits);
    }

    /** All files, by path. */
    public List<Path> files() {
        List<Path> files = new ArrayList<>();
        collect(root, Path.of("/"), files);
        return files;
    }

    private static void collect(Directory directory, Path at, List<Path> files) {
        directory.seen.forEach((name, node) -> {
            switch (node) {
                case FileNode file -> files.add(at.resolve(name));
                case Directory inner -> collect(inner, at.resolve(name), files);
            }
        });
    }

    /** A drive of its own with the same content and the same pending changes: to look at both ways a fork can go. */
    public VirtualDrive copy() {
        VirtualDrive copy = new VirtualDrive(capacityBytes);
        Map<Inode, Inode> copies = new IdentityHashMap<>();
        copies.put(root, copy.root);
        copyInto(root, copy.root, copies);
        for (NameChange change : unsynced)
            copy.unsynced.add(
                    switch (change) {
                        case NameChange.Link(Directory directory, String name, Inode node) ->
                            new NameChange.Link((Directory) copyOf(directory, copies), name, copyOf(node, copies));
                        case NameChange.Unlink(Directory directory, String name, Inode node) ->
                            new NameChange.Unlink((Directory) copyOf(directory, copies), name, copyOf(node, copies));
                        case NameChange.Rename(Directory from, String old, Directory to, String name, Inode node) ->
                            new NameChange.Rename(
                                    (Directory) copyOf(from, copies),
                                    old,
                                    (Directory) copyOf(to, copies),
                                    name,
                                    copyOf(node, copies));
                    });
        return copy;
    }

    private static Inode copyOf(Inode node, Map<Inode, Inode> copies) {
        Inode known = copies.get(node);
        if (known != null) return known;
        if (node instanceof FileNode file) {
            FileNode copied = file.copy();
            copies.put(node, copied);
            return copied;
        }
        Directory copied = new Directory();
        copies.put(node, copied);
        copyInto((Directory) node, copied, copies);
        return copied;
    }

    private static void copyInto(Directory from, Directory to, Map<Inode, Inode> copies) {
        from.seen.forEach((name, node) -> to.seen.put(name, copyOf(node, copies)));
        from.durable.forEach((name, node) -> to.durable.put(name, copyOf(node, copies)));
    }
}
