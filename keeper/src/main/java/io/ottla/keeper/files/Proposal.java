package io.ottla.keeper.files;

import io.ottla.zookeeperprotocol.LoggedTxn;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A transaction on its way, as the stages of a write hand it on.
 *
 * @param bytes the same, as it stands in the log and goes to a quorum (grammar: {@link LoggedTxn}). Not to be changed
 */
public record Proposal(LoggedTxn txn, byte[] bytes) {

    /** Of a transaction that was just prepared. */
    public static Proposal of(LoggedTxn txn) {
        return new Proposal(txn, txn.toBytes());
    }

    /**
     * One that comes from a log or from another server. What is behind it in the buffer does not count to it.
     *
     * @throws IOException if it is none, with what is wrong
     */
    public static Proposal read(ByteBuffer entry) throws IOException {
        ByteBuffer rest = entry.slice();
        LoggedTxn txn = LoggedTxn.read(rest);
        byte[] bytes = new byte[rest.position()];
        entry.get(bytes);
        return new Proposal(txn, bytes);
    }

    /** Whether a zxid is the one after another: one more, or the first of a later epoch. */
    public static boolean follows(long zxid, long before) {
        return zxid == before + 1 || (zxid >>> 32 > before >>> 32 && (int) zxid == 1);
    }

    public long zxid() {
        return txn.zxid();
    }
}
