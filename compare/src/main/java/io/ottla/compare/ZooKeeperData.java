package io.ottla.compare;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Adler32;
import java.util.zip.CheckedOutputStream;
import org.apache.jute.BinaryOutputArchive;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.StatPersisted;
import org.apache.zookeeper.txn.SetDataTxn;
import org.apache.zookeeper.txn.TxnHeader;

/**
 * A data directory as Apache ZooKeeper 3.4 would have left it, the same bytes for all contenders: a snapshot of many nodes, and a log of
 * what was set since.
 *
 * <pre>
 * snapshot.ZXID = "ZKSN" version(4)=2 dbid(8)=-1 sessions(4)=0 acls(4)=0 node* path="/" adler32(8) path="/"
 * node          = path data(buffer) acl(8)=-1 StatPersisted
 * log.ZXID      = "ZKLG" version(4)=2 dbid(8)=0 txn*
 * txn           = adler32(8) length(4) TxnHeader SetDataTxn 'B'
 * </pre>
 *
 * As in {@code FileSnap} and {@code FileTxnLog}; acl -1 is that everybody may do everything.
 */
final class ZooKeeperData {
    static final int DATA_BYTES = 100;
    private static final String ROOT = "/many";
    private static final int CHILDREN = 1000;
    private static final long OPEN_TO_ALL = -1;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final long TIME_MS = 1_700_000_000_000L;

    private final long znodes;
    private final byte[] data = "x".repeat(DATA_BYTES).getBytes(StandardCharsets.US_ASCII);

    /** @param znodes with data, a thousand to a parent */
    ZooKeeperData(long znodes) {
        this.znodes = znodes;
    }

    /** The path of a node with data. */
    static String path(long index) {
        return parent(index / CHILDREN) + "/node" + index % CHILDREN;
    }

    private static String parent(long index) {
        return ROOT + "/part" + index;
    }

    private long parents() {
        return (znodes + CHILDREN - 1) / CHILDREN;
    }

    /** The zxid of the snapshot: one for every node that a client made. */
    private long snapshotZxid() {
        return 1 + parents() + znodes;
    }

    /**
     * @param dataDir as in zoo.cfg
     * @param txns how many nodes were set after the snapshot was taken
     */
    void write(Path dataDir, long txns) throws IOException {
        Path folder = Files.createDirectories(dataDir.resolve("version-2"));
        writeSnapshot(folder.resolve("snapshot." + Long.toHexString(snapshotZxid())));
        if (txns > 0) writeLog(folder.resolve("log." + Long.toHexString(snapshotZxid() + 1)), txns);
    }

    private void writeSnapshot(Path file) throws IOException {
        Adler32 checksum = new Adler32();
        try (DataOutputStream out = new DataOutputStream(new CheckedOutputStream(
                new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES), checksum))) {
            BinaryOutputArchive archive = new BinaryOutputArchive(out);
            head(out, "ZKSN", -1);
            out.writeInt(0); // sessions
            out.writeInt(0); // ACLs
            node(archive, "", new byte[0], 0, 2);
            node(archive, "/zookeeper", new byte[0], 0, 2);
            node(archive, "/zookeeper/quota", new byte[0], 0, 0);
            node(archive, "/zookeeper/config", new byte[0], 0, 0);
            long zxid = 1;
            node(archive, ROOT, new byte[0], zxid++, (int) parents());
            for (long i = 0; i < parents(); i++)
                node(archive, parent(i), new byte[0], zxid++, (int) Math.min(CHILDREN, znodes - i * CHILDREN));
            for (long i = 0; i < znodes; i++) node(archive, path(i), data, zxid++, 0);
            archive.writeString("/", "path");
            archive.writeLong(checksum.getValue(), "val");
            archive.writeString("/", "path");
        }
    }

    private static void node(BinaryOutputArchive archive, String path, byte[] data, long zxid, int children)
            throws IOException {
        archive.writeString(path, "path");
        archive.writeBuffer(data, "data");
        archive.writeLong(OPEN_TO_ALL, "acl");
        new StatPersisted(zxid, zxid, TIME_MS, TIME_MS, 0, children, 0, 0, zxid).serialize(archive, "stat");
    }

    private void writeLog(Path file, long txns) throws IOException {
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES))) {
            head(out, "ZKLG", 0);
            for (long i = 0; i < txns; i++) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
                BinaryOutputArchive archive = BinaryOutputArchive.getArchive(bytes);
                long zxid = snapshotZxid() + 1 + i;
                new TxnHeader(1, (int) i, zxid, TIME_MS + i, ZooDefs.OpCode.setData).serialize(archive, "hdr");
                new SetDataTxn(path(i % znodes), data, 1 + (int) (i / znodes)).serialize(archive, "txn");
                Adler32 checksum = new Adler32();
                checksum.update(bytes.toByteArray());
                out.writeLong(checksum.getValue());
                out.writeInt(bytes.size());
                bytes.writeTo(out);
                out.writeByte('B');
            }
        }
    }

    private static void head(DataOutputStream out, String magic, long dbid) throws IOException {
        out.writeBytes(magic);
        out.writeInt(2);
        out.writeLong(dbid);
    }
}
