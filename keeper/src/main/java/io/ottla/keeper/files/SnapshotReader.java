package io.ottla.keeper.files;

import io.ottla.keeper.tree.NodeContent;
import io.ottla.keeper.tree.SnapshotWalk;
import io.ottla.keeper.tree.Znode;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.Acl;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads a snapshot (grammar: {@link SnapshotWalk}) of ours, or of ZooKeeper 3.4 to 3.9: the parts after the first seal may
 * be absent, and it may hold changes later than its zxid, which the log then repeats.
 */
public final class SnapshotReader {
    /** What follows a node's data. */
    private static final int STAT_BYTES = 5 * 8 + 3 * 4 + 2 * 8;

    /** Data up to this is taken from where it was read to, without an array between. */
    private static final int DATA_IN_PLACE_BYTES_MAX = 16 * 1024;

    /**
     * What there may be of that is much larger in memory than in the file.
     *
     * @param sessions some ten times as large
     * @param acls entries, and lists of them, likewise
     */
    public record Room(long sessions, long acls) {
        public static final Room ANY = new Room(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * @param zxid of the last transaction that the digest is of; 0 for none
     * @param value of the whole tree
     */
    record Digest(long zxid, int version, long value) {}

    /**
     * What comes behind the nodes; servers before 3.6 have no digest there, those before 3.9 no zxid.
     *
     * @param zxid that of the file's name
     * @param newestZxid the highest that stands in it, which is above the other if transactions went on while it was taken; 0 for none
     */
    public record Ending(Optional<Digest> digest, OptionalLong zxid, long newestZxid) {}

    /** Beyond this no server has ever counted: the upper half is the epoch, and at one a second it would take 34 years. */
    public static final long ZXID_MAX = (1L << 62) - 1;

    private SnapshotReader() {}

    /**
     * @param in the uncompressed file
     * @param zxid as its name says
     * @throws IOException if it is damaged, with what is wrong
     */
    public static ZnodeTree read(InputStream in, long zxid, long hashSeed) throws IOException {
        ZnodeTree tree = ZnodeTree.unloaded(hashSeed);
        Ending unused = read(tree, in, zxid);
        return tree;
    }

    /** @param tree one without even a root */
    public static Ending read(ZnodeTree tree, InputStream in, long zxid) throws IOException {
        Ending ending = readInto(tree, in, Room.ANY);
        tree.acls().dropUnused();
        tree.loaded(zxid);
        return ending;
    }

    /**
     * After an exception the tree has what came before the damage.
     *
     * @return what it says of itself
     */
    public static Ending readInto(ZnodeTree tree, InputStream in, Room room) throws IOException {
        SealedInput input = new SealedInput(in);
        int magic = input.readInt();
        int version = input.readInt();
        input.readLong();
        if (magic != SnapshotWalk.MAGIC) throw new IOException("it does not begin with ZKSN");
        if (version != SnapshotWalk.VERSION)
            throw new IOException("it has format version " + version + ", and 2 is known");
        int sessions = input.readInt();
        if (sessions > room.sessions) throw new IOException("there is no memory for " + sessions + " sessions");
        for (int i = 0; i < sessions; i++) {
            long session = input.readLong();
            tree.loadSession(session, input.readInt());
        }
        readAcls(input, tree, room.acls);
        long newest = readNodes(input, tree);
        input.readSeal();
        if (input.atEnd()) return new Ending(Optional.empty(), OptionalLong.empty(), newest);
        Digest digest = new Digest(input.readLong(), input.readInt(), input.readLong());
        newest = newer(newest, digest.zxid);
        input.readSeal();
        if (input.atEnd()) return new Ending(Optional.of(digest), OptionalLong.empty(), newest);
        OptionalLong zxid = OptionalLong.of(input.readLong());
        input.readSeal();
        if (!input.atEnd()) throw new IOException("something follows its end");
        return new Ending(Optional.of(digest), zxid, newest);
    }

    private static void readAcls(SealedInput input, ZnodeTree tree, long max) throws IOException {
        int count = input.readInt();
        long left = max - count;
        for (int i = 0; i < count; i++) {
            long id = input.readLong();
            int entries = input.readInt();
            left -= entries;
            if (left < 0) throw new IOException("there is no memory for that many ACLs");
            List<Acl> acl = new ArrayList<>();
            for (int j = 0; j < entries; j++) acl.add(new Acl(input.readInt(), input.readString(), input.readString()));
            tree.acls().load(id, acl);
        }
    }

    /** What no server counted up to is none. */
    private static long newer(long newest, long zxid) {
        return zxid <= ZXID_MAX ? Math.max(newest, zxid) : newest;
    }

    /** @return the highest zxid in them */
    private static long readNodes(SealedInput input, ZnodeTree tree) throws IOException {
        long newest = 0;
        Way way = new Way(tree);
        boolean rooted = false;
        for (byte[] path = readPath(input); !isEnd(path); path = readPath(input)) {
            if (path.length == 0) {
                if (rooted) throw new IOException("it has two roots");
                rooted = true;
                Znode root = readNode(input, tree, path, 0);
                newest = newest(newest, root, root.fields());
                tree.loadRoot(root);
                way.begin(root);
                continue;
            }
            int slash = path.length - 1;
            while (slash > 0 && path[slash] != '/') slash--;
            Znode parent = rooted && path[0] == '/' ? way.parent(path, slash) : null;
            if (parent == null) throw new IOException("the parent of " + text(path) + " does not come before it");
            if (slash == path.length - 1) throw new IOException("the node " + text(path) + " has no name");
            Znode node = readNode(input, tree, path, slash + 1);
            NodeContent fields = node.fields();
            newest = newest(newest, node, fields);
            if (!tree.link(parent, node, fields, path, length(path)))
                throw new IOException("it has " + text(path) + " twice");
            way.went(path, node);
        }
        if (!rooted) throw new IOException("it has no root");
        return newest;
    }

    /** From the root to the node that was read last: the parent of the next one mostly stands on it. */
    @SuppressWarnings("ReferenceEquality") // nodes are who they are
    private static final class Way {
        private final ZnodeTree tree;

        /** By depth; the root's is 0. */
        private final List<Znode> nodes = new ArrayList<>();

        private byte[] last = {};

        /** Of the parent that was asked for. */
        private int depth;

        Way(ZnodeTree tree) {
            this.tree = tree;
        }

        void begin(Znode root) {
            nodes.add(root);
        }

        /** Null if there is none. @param slash where the path of the parent ends */
        Znode parent(byte[] path, int slash) {
            depth = 0;
            for (int i = 0; i < slash; i++) if (path[i] == '/') depth++;
            boolean isOnWay = depth < nodes.size()
                    && slash <= last.length
                    && Arrays.equals(path, 0, slash, last, 0, slash)
                    && (slash == last.length || last[slash] == '/' || slash == 0);
            if (isOnWay) return nodes.get(depth);
            return tree.find(path, slash);
        }

        /** To a child of that parent. */
        void went(byte[] path, Znode node) {
            if (depth < nodes.size() && nodes.get(depth) == node.parent) {
                while (nodes.size() > depth + 1) nodes.removeLast();
            } else {
                nodes.clear();
                for (Znode each = node.parent; each != null; each = each.parent) nodes.addFirst(each);
            }
            nodes.add(node);
            last = path;
        }
    }

    private static long newest(long newest, Znode node, NodeContent fields) {
        return newer(newer(newer(newest, fields.czxid), fields.mzxid), node.pzxid());
    }

    private static Znode readNode(SealedInput input, ZnodeTree tree, byte[] path, int nameAt) throws IOException {
        int dataLength = input.readLength();
        byte[] data = null;
        int dataAt = 0;
        if (dataLength > DATA_IN_PLACE_BYTES_MAX) {
            data = input.readBytes(dataLength);
        } else if (dataLength >= 0) {
            dataAt = input.window(dataLength, STAT_BYTES);
            data = input.array();
        }
        int aclId = tree.acls().useLoaded(input.readLong());
        long czxid = input.readLong();
        long mzxid = input.readLong();
        long ctimeMs = input.readLong();
        long mtimeMs = input.readLong();
        int version = input.readInt();
        Znode node = new Znode(
                path,
                nameAt,
                path.length - nameAt,
                aclId,
                czxid,
                mzxid,
                ctimeMs,
                mtimeMs,
                version,
                data,
                dataAt,
                Math.max(0, dataLength));
        node.cversion(input.readInt());
        node.aversion(input.readInt());
        node.owner(input.readLong());
        node.pzxid(input.readLong());
        return node;
    }

    private static byte[] readPath(SealedInput input) throws IOException {
        byte[] path = input.readBuffer();
        if (path == null) throw new IOException("a path is absent");
        // bytes that are no text are read as the original reads them, since a node is found by its text
        return isAscii(path) ? path : text(path).getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isEnd(byte[] path) {
        return path.length == 1 && path[0] == '/';
    }

    private static boolean isAscii(byte[] path) {
        byte bits = 0;
        for (byte each : path) bits |= each;
        return bits >= 0;
    }

    /** In characters. */
    private static int length(byte[] path) {
        if (isAscii(path)) return path.length;
        int length = 0;
        for (byte each : path) {
            // all but the bytes that go on with a character; those of four bytes are two
            if ((each & 0xc0) != 0x80) length += (each & 0xf8) == 0xf0 ? 2 : 1;
        }
        return length;
    }

    private static String text(byte[] path) {
        return new String(path, StandardCharsets.UTF_8);
    }
}
