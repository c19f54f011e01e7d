package io.ottla.keeper.files;

import io.ottla.keeper.tree.AclTable;
import io.ottla.keeper.tree.SnapshotWalk;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Adler32;

/** Writes snapshots that no server would: whatever a test wants to stand in one (grammar: {@link SnapshotWalk}). */
public final class OddSnapshot {
    public final Map<Long, Integer> sessions = new LinkedHashMap<>();
    public final List<Map.Entry<Long, List<Acl>>> acls = new ArrayList<>();
    public final List<Node> nodes = new ArrayList<>();
    public long digestZxid;
    public boolean withEnding = true;

    /** As it stands in the file. */
    public static final class Node {
        final byte[] path;
        public byte[] data = {};
        public long aclId = AclTable.OPEN_ID;
        long czxid;
        long mzxid;
        long pzxid;
        int version;
        int cversion;
        int aversion;
        long owner;

        Node(byte[] path) {
            this.path = path;
        }

        public Node zxids(long czxid, long mzxid, long pzxid) {
            this.czxid = czxid;
            this.mzxid = mzxid;
            this.pzxid = pzxid;
            return this;
        }

        public Node versions(int version, int cversion, int aversion) {
            this.version = version;
            this.cversion = cversion;
            this.aversion = aversion;
            return this;
        }

        public Node owner(long owner) {
            this.owner = owner;
            return this;
        }

        public Node data(String data) {
            this.data = data.getBytes(StandardCharsets.UTF_8);
            return this;
        }
    }

    /** With what every server has. */
    public static OddSnapshot begun() {
        OddSnapshot snapshot = new OddSnapshot();
        for (String path : List.of("", "/zookeeper", "/zookeeper/quota", "/zookeeper/config")) snapshot.node(path);
        return snapshot;
    }

    public Node node(String path) {
        return node(path.getBytes(StandardCharsets.UTF_8));
    }

    public Node node(byte[] path) {
        Node node = new Node(path);
        nodes.add(node);
        return node;
    }

    public byte[] bytes(long zxid) {
        BufferOutputArchive out = new BufferOutputArchive(1024);
        out.writeInt(SnapshotWalk.MAGIC, "magic");
        out.writeInt(SnapshotWalk.VERSION, "version");
        out.writeLong(-1, "dbid");
        out.writeInt(sessions.size(), "count");
        sessions.forEach((id, timeoutMs) -> {
            out.writeLong(id, "id");
            out.writeInt(timeoutMs, "timeout");
        });
        out.writeInt(acls.size(), "map");
        for (Map.Entry<Long, List<Acl>> acl : acls) {
            out.writeLong(acl.getKey(), "long");
            Acl.write(acl.getValue(), out);
        }
        for (Node node : nodes) {
            out.writeBuffer(node.path, "path");
            out.writeBuffer(node.data, "data");
            out.writeLong(node.aclId, "acl");
            out.writeLong(node.czxid, "czxid");
            out.writeLong(node.mzxid, "mzxid");
            out.writeLong(1_700_000_000_000L, "ctime");
            out.writeLong(1_700_000_000_000L, "mtime");
            out.writeInt(node.version, "version");
            out.writeInt(node.cversion, "cversion");
            out.writeInt(node.aversion, "aversion");
            out.writeLong(node.owner, "ephemeralOwner");
            out.writeLong(node.pzxid, "pzxid");
        }
        out.writeString("/", "path");
        seal(out);
        if (!withEnding) return out.toByteArray();
        out.writeLong(digestZxid, "zxid");
        out.writeInt(2, "digestVersion");
        out.writeLong(0, "digest");
        seal(out);
        out.writeLong(zxid, "zxid");
        seal(out);
        return out.toByteArray();
    }

    private static void seal(BufferOutputArchive out) {
        Adler32 adler = new Adler32();
        adler.update(out.toByteArray());
        out.writeLong(adler.getValue(), "val");
        out.writeString("/", "path");
    }
}
