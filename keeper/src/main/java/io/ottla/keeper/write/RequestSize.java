package io.ottla.keeper.write;

import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.Request;
import io.ottla.zookeeperprotocol.Acl;
import java.util.List;

/**
 * What a request takes in the log, at most, in bytes. A request of a client never takes twice what it took on the wire, unless it asks for ACLs of scheme
 * auth and the client has proved to be many.
 */
public final class RequestSize {
    private static final int HEADER_BYTES = 64;

    /** Of an operation: type and length in a multi, and the fields without what is counted below. */
    private static final int CREATE_BYTES = 8 + 4 + 4 + 4 + 1 + 4 + 8;

    private static final int SEQUENCE_BYTES = 11;
    private static final int OP_BYTES = 8 + 4 + 4 + 4;

    private RequestSize() {}

    public static long of(Request request, Caller caller) {
        return switch (request) {
            case Request.Multi multi -> {
                long bytes = HEADER_BYTES;
                for (Request.Op op : multi.ops()) bytes += of(op, caller);
                yield bytes;
            }
            case Request.CreateSession create -> HEADER_BYTES;
            case Request.CloseSession close -> HEADER_BYTES + RequestPreparer.CLOSE_SESSION_BYTES_MAX;
            case Request.Op op -> HEADER_BYTES + of(op, caller);
        };
    }

    private static long of(Request.Op op, Caller caller) {
        return text(op.path())
                + switch (op) {
                    case Request.Create create ->
                        CREATE_BYTES + SEQUENCE_BYTES + data(create.data()) + acl(create.acl(), caller);
                    case Request.SetData set -> OP_BYTES + data(set.data());
                    case Request.SetAcl set -> OP_BYTES + acl(set.acl(), caller);
                    case Request.Delete delete -> OP_BYTES;
                    case Request.DeleteContainer delete -> OP_BYTES;
                    case Request.Check check -> OP_BYTES;
                };
    }

    private static long data(byte[] data) {
        return data == null ? 0 : data.length;
    }

    /** As jute writes it. */
    private static long text(String text) {
        long bytes = text.length();
        for (int i = 0; i < text.length(); i++) if (text.charAt(i) >= 0x80) bytes += text.charAt(i) < 0x800 ? 1 : 2;
        return bytes;
    }

    /** An entry of scheme "auth" becomes one for each identity. */
    private static long acl(List<Acl> acl, Caller caller) {
        long bytes = 0;
        for (Acl entry : acl) {
            // a client may leave either out, which is refused later
            if (entry.scheme() == null || entry.id() == null) continue;
            if (entry.scheme().equals("auth")) {
                for (Identity each : caller.identities()) bytes += 12 + text(each.scheme()) + text(each.id());
            } else {
                bytes += 12 + text(entry.scheme()) + text(entry.id());
            }
        }
        return bytes;
    }
}
