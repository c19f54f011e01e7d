package io.ottla.zookeeperprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.jute.BinaryOutputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.txn.CheckVersionTxn;
import org.apache.zookeeper.txn.CloseSessionTxn;
import org.apache.zookeeper.txn.CreateContainerTxn;
import org.apache.zookeeper.txn.CreateSessionTxn;
import org.apache.zookeeper.txn.CreateTTLTxn;
import org.apache.zookeeper.txn.CreateTxn;
import org.apache.zookeeper.txn.CreateTxnV0;
import org.apache.zookeeper.txn.DeleteTxn;
import org.apache.zookeeper.txn.ErrorTxn;
import org.apache.zookeeper.txn.MultiTxn;
import org.apache.zookeeper.txn.SetACLTxn;
import org.apache.zookeeper.txn.SetDataTxn;
import org.apache.zookeeper.txn.TxnDigest;
import org.apache.zookeeper.txn.TxnHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LoggedTxnTest {
    private static final byte[] DATA = {1, 2, 3};
    private static final List<ACL> ACLS =
            List.of(new ACL(31, new Id("world", "anyone")), new ACL(1, new Id("digest", "ü:x")));
    private static final List<Acl> OURS = List.of(Acl.OPEN.getFirst(), new Acl(1, "digest", "ü:x"));

    /** Our transaction and the original's record for it. */
    record Row(Txn txn, Record original) {}

    static Stream<Row> rows() throws IOException {
        return Stream.of(
                new Row(new Txn.Create("/a", DATA, OURS, true, 7, false), new CreateTxn("/a", DATA, ACLS, true, 7)),
                new Row(new Txn.Create("/a", null, OURS, false, 7, true), new CreateTxn("/a", null, ACLS, false, 7)),
                new Row(new Txn.CreateContainer("/c", DATA, OURS, 2), new CreateContainerTxn("/c", DATA, ACLS, 2)),
                new Row(new Txn.CreateTtl("/t", DATA, OURS, 2, 5000), new CreateTTLTxn("/t", DATA, ACLS, 2, 5000)),
                new Row(new Txn.Delete("/a", false), new DeleteTxn("/a")),
                new Row(new Txn.Delete("/a", true), new DeleteTxn("/a")),
                new Row(new Txn.SetData("/a", new byte[0], 4, false), new SetDataTxn("/a", new byte[0], 4)),
                new Row(
                        new Txn.SetData("/zookeeper/config", DATA, -1, true),
                        new SetDataTxn("/zookeeper/config", DATA, -1)),
                new Row(new Txn.SetAcl("/a", OURS, 1), new SetACLTxn("/a", ACLS, 1)),
                new Row(new Txn.Check("/a", 3), new CheckVersionTxn("/a", 3)),
                new Row(new Txn.CreateSession(30_000), new CreateSessionTxn(30_000)),
                new Row(new Txn.CloseSession(List.of("/a", "/b")), new CloseSessionTxn(List.of("/a", "/b"))),
                new Row(new Txn.CloseSession(List.of()), new CloseSessionTxn(List.of())),
                new Row(new Txn.Error(-101), new ErrorTxn(-101)),
                new Row(
                        new Txn.Multi(List.of(new Txn.Delete("/a", false), new Txn.Error(-103))),
                        new MultiTxn(List.of(
                                new org.apache.zookeeper.txn.Txn(2, bytes(new DeleteTxn("/a"))),
                                new org.apache.zookeeper.txn.Txn(-1, bytes(new ErrorTxn(-103)))))));
    }

    private static byte[] bytes(Record... records) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Record each : records) each.serialize(BinaryOutputArchive.getArchive(out), "");
        return out.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void writesWhatTheOriginalWrites(Row row) throws IOException {
        LoggedTxn logged = new LoggedTxn(0x1234, 5, 0x100000007L, 1_700_000_000_000L, row.txn, 2, -99);
        byte[] original = bytes(
                new TxnHeader(0x1234, 5, 0x100000007L, 1_700_000_000_000L, row.txn.type()),
                row.original,
                new TxnDigest(2, -99));
        assertThat(HexFormat.of().formatHex(logged.toBytes()))
                .isEqualTo(HexFormat.of().formatHex(original));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void readsWhatItWrote(Row row) throws IOException {
        for (int digestVersion : new int[] {LoggedTxn.NO_DIGEST, LoggedTxn.DIGEST_VERSION}) {
            LoggedTxn logged = new LoggedTxn(9, 5, 7, 8, row.txn, digestVersion, digestVersion == 0 ? 0 : 77);
            byte[] bytes = logged.toBytes();
            LoggedTxn back = LoggedTxn.read(ByteBuffer.wrap(bytes));
            assertThat(back).usingRecursiveComparison().isEqualTo(logged);
            assertThat(back.toBytes()).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void aCutRecordIsRefusedOrReadsAsOneWithoutDigest(Row row) throws IOException {
        byte[] bytes = new LoggedTxn(9, 5, 7, 8, row.txn, LoggedTxn.NO_DIGEST, 0).toBytes();
        // a create without its last four bytes is one of ZooKeeper 3.2; a close without body is one of 3.5
        int last = row.txn instanceof Txn.Create ? bytes.length - 4 : bytes.length;
        if (row.txn instanceof Txn.CloseSession) last = LoggedTxn.HEADER_BYTES;
        for (int size = 0; size < last; size++) {
            ByteBuffer cut = ByteBuffer.wrap(bytes, 0, size);
            assertThatThrownBy(() -> LoggedTxn.read(cut)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void theEndOfASessionMayHaveNoBody() throws IOException {
        LoggedTxn logged = new LoggedTxn(9, 5, 7, 8, new Txn.CloseSessionUnlisted(), LoggedTxn.NO_DIGEST, 0);
        assertThat(logged.toBytes()).hasSize(LoggedTxn.HEADER_BYTES);
        assertThat(LoggedTxn.read(ByteBuffer.wrap(logged.toBytes()))).isEqualTo(logged);
    }

    @Test
    void aCreateOfZooKeeper32LeavesTheCversionToCount() throws IOException {
        byte[] bytes = bytes(new TxnHeader(1, 2, 3, 4, OpCode.CREATE), new CreateTxnV0("/a", DATA, ACLS, true));
        assertThat(LoggedTxn.read(ByteBuffer.wrap(bytes)).txn())
                .usingRecursiveComparison()
                .isEqualTo(new Txn.Create("/a", DATA, OURS, true, Txn.CVERSION_UNKNOWN, false));
    }

    /** Header of type {@code type}, then the integers: counts and lengths that the bytes cannot back. */
    @ParameterizedTest
    @MethodSource("lies")
    void liesAboutLengthsAreRefusedBeforeAnythingIsAllocated(int type, int[] body) throws IOException {
        ByteBuffer entry = ByteBuffer.allocate(LoggedTxn.HEADER_BYTES + 4 * body.length);
        entry.put(bytes(new TxnHeader(1, 2, 3, 4, type)));
        for (int each : body) entry.putInt(each);
        assertThatThrownBy(() -> LoggedTxn.read(entry.flip())).isInstanceOf(IOException.class);
    }

    static Stream<org.junit.jupiter.params.provider.Arguments> lies() {
        int huge = Integer.MAX_VALUE;
        return Stream.of(
                org.junit.jupiter.params.provider.Arguments.of(OpCode.MULTI, new int[] {huge, 0, 0, 0}),
                org.junit.jupiter.params.provider.Arguments.of(OpCode.MULTI, new int[] {-1}),
                org.junit.jupiter.params.provider.Arguments.of(OpCode.MULTI, new int[] {1, OpCode.DELETE, huge}),
                org.junit.jupiter.params.provider.Arguments.of(OpCode.MULTI, new int[] {1, OpCode.MULTI, 4, 0}),
                org.junit.jupiter.params.provider.Arguments.of(OpCode.DELETE, new int[] {huge, 0}),
                org.junit.jupiter.params.provider.Arguments.of(OpCode.DELETE, new int[] {-2, 0}),
                org.junit.jupiter.params.provider.Arguments.of(OpCode.DELETE, new int[] {-1}),
                org.junit.jupiter.params.provider.Arguments.of(OpCode.SET_ACL, new int[] {0, huge, 0}),
                org.junit.jupiter.params.provider.Arguments.of(99, new int[] {0, 0}));
    }
}
