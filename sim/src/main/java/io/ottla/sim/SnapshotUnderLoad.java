package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.Adler32;

/**
 * What a backup of Apache ZooKeeper often is: a snapshot that was taken while requests went on, without its log. Nodes are newer than the zxid of its name, among
 * them an ephemeral one whose session is not in it; and a server that ran for years, whose counters are at their ends.
 *
 * <pre>
 * snapshot := "ZKSN" version:int dbid:long sessions:int=0 acls:int=0 (path:string node)* "/":string adler32:long "/":string
 * node     := data:buffer acl:long czxid:long mzxid:long ctime:long mtime:long version:int cversion:int aversion:int owner:long pzxid:long
 * </pre>
 */
final class SnapshotUnderLoad {
    private static final int MAGIC = 0x5A4B534E;
    private static final int VERSION = 2;
    private static final int ANYBODY = -1;
    private static final long CREATED_MS = 1_600_000_000_000L;
    private static final long GONE_SESSION = 0x1000000abcd0000L;

    private final BufferOutputArchive out = new BufferOutputArchive(1024);

    private SnapshotUnderLoad() {}

    /** Puts one into an empty data directory, durably. */
    static void put(VirtualDrive drive, Path dataDir, SeededRandom random) {
        long zxid = 1L + random.nextInt(100);
        long newest = zxid + 1 + random.nextInt(100);
        byte[] bytes = new SnapshotUnderLoad().bytes(zxid, newest, Integer.MAX_VALUE - random.nextInt(5));
        Path directory = dataDir.resolve("version-2");
        try {
            drive.createDirectories(directory);
            FileNode file = drive.create(directory.resolve("snapshot." + Long.toHexString(zxid)));
            file.write(0, ByteBuffer.wrap(bytes), random);
            file.sync();
            for (Path each = directory; each != null; each = each.getParent()) drive.sync(drive.directory(each));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] bytes(long zxid, long newest, int cversion) {
        out.writeInt(MAGIC, "magic");
        out.writeInt(VERSION, "version");
        out.writeLong(-1, "dbid");
        out.writeInt(0, "sessions");
        out.writeInt(0, "acls");
        node("", 0, newest, cversion, 0);
        for (String path : new String[] {"/zookeeper", "/zookeeper/quota", "/zookeeper/config"}) node(path, 0, 0, 0, 0);
        node("/left", zxid, newest, cversion, 0);
        node("/left/e", newest, newest, 0, GONE_SESSION);
        out.writeString("/", "path");
        Adler32 adler = new Adler32();
        adler.update(out.view());
        out.writeLong(adler.getValue(), "val");
        out.writeString("/", "path");
        return out.toByteArray();
    }

    private void node(String path, long czxid, long pzxid, int cversion, long owner) {
        out.writeString(path, "path");
        out.writeBuffer(new byte[0], "data");
        out.writeLong(ANYBODY, "acl");
        out.writeLong(czxid, "czxid");
        out.writeLong(czxid, "mzxid");
        out.writeLong(CREATED_MS, "ctime");
        out.writeLong(CREATED_MS, "mtime");
        out.writeInt(0, "version");
        out.writeInt(cversion, "cversion");
        out.writeInt(0, "aversion");
        out.writeLong(owner, "ephemeralOwner");
        out.writeLong(pzxid, "pzxid");
    }
}
