package io.ottla.compat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A request as the oracle makes it: any number as its type, any fields, sound or not. In texts {@link #ROOT} stands for the
 * node below which a run works, so that runs on one server do not meet.
 *
 * @param xid as the client would number it; 0 for the next of the connection
 */
record ZkRequest(int type, int xid, List<Field> fields) {
    static final String ROOT = "~";

    static final int NOTIFICATION = 0;
    static final int CREATE = 1;
    static final int DELETE = 2;
    static final int EXISTS = 3;
    static final int GET_DATA = 4;
    static final int SET_DATA = 5;
    static final int GET_ACL = 6;
    static final int SET_ACL = 7;
    static final int GET_CHILDREN = 8;
    static final int SYNC = 9;
    static final int PING = 11;
    static final int GET_CHILDREN2 = 12;
    static final int CHECK = 13;
    static final int MULTI = 14;
    static final int CREATE2 = 15;
    static final int RECONFIG = 16;
    static final int CHECK_WATCHES = 17;
    static final int REMOVE_WATCHES = 18;
    static final int CREATE_CONTAINER = 19;
    static final int DELETE_CONTAINER = 20;
    static final int CREATE_TTL = 21;
    static final int MULTI_READ = 22;
    static final int AUTH = 100;
    static final int SET_WATCHES = 101;
    static final int SASL = 102;
    static final int GET_EPHEMERALS = 103;
    static final int GET_ALL_CHILDREN_NUMBER = 104;
    static final int SET_WATCHES2 = 105;
    static final int ADD_WATCH = 106;
    static final int WHO_AM_I = 107;
    static final int CREATE_SESSION = -10;
    static final int CLOSE_SESSION = -11;
    static final int ERROR = -1;

    static final int PING_XID = -2;
    static final int AUTH_XID = -4;
    static final int SET_WATCHES_XID = -8;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(CREATE, "create"),
            Map.entry(DELETE, "delete"),
            Map.entry(EXISTS, "exists"),
            Map.entry(GET_DATA, "getData"),
            Map.entry(SET_DATA, "setData"),
            Map.entry(GET_ACL, "getACL"),
            Map.entry(SET_ACL, "setACL"),
            Map.entry(GET_CHILDREN, "getChildren"),
            Map.entry(SYNC, "sync"),
            Map.entry(PING, "ping"),
            Map.entry(GET_CHILDREN2, "getChildren2"),
            Map.entry(CHECK, "check"),
            Map.entry(MULTI, "multi"),
            Map.entry(CREATE2, "create2"),
            Map.entry(RECONFIG, "reconfig"),
            Map.entry(CHECK_WATCHES, "checkWatches"),
            Map.entry(REMOVE_WATCHES, "removeWatches"),
            Map.entry(CREATE_CONTAINER, "createContainer"),
            Map.entry(DELETE_CONTAINER, "deleteContainer"),
            Map.entry(CREATE_TTL, "createTTL"),
            Map.entry(MULTI_READ, "multiRead"),
            Map.entry(AUTH, "auth"),
            Map.entry(SET_WATCHES, "setWatches"),
            Map.entry(SASL, "sasl"),
            Map.entry(GET_EPHEMERALS, "getEphemerals"),
            Map.entry(GET_ALL_CHILDREN_NUMBER, "getAllChildrenNumber"),
            Map.entry(SET_WATCHES2, "setWatches2"),
            Map.entry(ADD_WATCH, "addWatch"),
            Map.entry(WHO_AM_I, "whoAmI"),
            Map.entry(CREATE_SESSION, "createSession"),
            Map.entry(CLOSE_SESSION, "closeSession"));

    record Acl(int permissions, String scheme, String id) {
        @Override
        public String toString() {
            return scheme + ":" + id + ":" + permissions;
        }
    }

    sealed interface Field {
        record Text(String text) implements Field {}

        record Texts(List<String> texts) implements Field {}

        record Number(int value) implements Field {}

        record BigNumber(long value) implements Field {}

        record Flag(boolean value) implements Field {}

        record Bytes(byte[] bytes) implements Field {}

        record Acls(List<Acl> acls) implements Field {}

        /** The newest zxid that this connection saw, less some. */
        record ZxidSeen(int less) implements Field {}

        /** Operations of a multi with their headers, and the header that ends them. */
        record Operations(List<ZkRequest> operations) implements Field {}

        /** Bytes as they are: what no client would send. */
        record Raw(byte[] bytes) implements Field {}
    }

    static ZkRequest of(int type, Field... fields) {
        int xid = switch (type) {
            case PING -> PING_XID;
            case AUTH -> AUTH_XID;
            case SET_WATCHES, SET_WATCHES2 -> SET_WATCHES_XID;
            default -> 0;
        };
        return new ZkRequest(type, xid, List.of(fields));
    }

    static String name(int type) {
        return NAMES.getOrDefault(type, "type " + type);
    }

    /** @param root what {@link #ROOT} stands for */
    byte[] body(String root, long zxidSeen) {
        JuteWriter out = new JuteWriter();
        for (Field field : fields) {
            switch (field) {
                case Field.Text(String text) -> out.text(text.replace(ROOT, root));
                case Field.Texts(List<String> texts) ->
                    out.texts(
                            texts.stream().map(text -> text.replace(ROOT, root)).toList());
                case Field.Number(int value) -> out.number(value);
                case Field.BigNumber(long value) -> out.number(value);
                case Field.Flag(boolean value) -> out.flag(value);
                case Field.Bytes(byte[] bytes) -> out.buffer(bytes);
                case Field.ZxidSeen(int less) -> out.number(zxidSeen - less);
                case Field.Raw(byte[] bytes) -> out.raw(bytes);
                case Field.Acls(List<Acl> acls) -> {
                    out.number(acls.size());
                    for (Acl acl : acls)
                        out.number(acl.permissions).text(acl.scheme).text(acl.id);
                }
                case Field.Operations(List<ZkRequest> operations) -> {
                    for (ZkRequest operation : operations)
                        out.number(operation.type).flag(false).number(-1).raw(operation.body(root, zxidSeen));
                    out.number(-1).flag(true).number(-1);
                }
            }
        }
        return out.bytes();
    }

    byte[] frame(int xid, String root, long zxidSeen) {
        return new JuteWriter()
                .number(xid)
                .number(type)
                .raw(body(root, zxidSeen))
                .bytes();
    }

    /** The operations of a multi, whose results have their shapes; none in other requests. */
    List<ZkRequest> operations() {
        List<ZkRequest> all = new ArrayList<>();
        for (Field field : fields)
            if (field instanceof Field.Operations(List<ZkRequest> operations)) all.addAll(operations);
        return all;
    }

    @Override
    public String toString() {
        return name(type)
                + fields.stream().map(ZkRequest::toString).collect(Collectors.joining(", ", "(", ")"))
                + (xid == 0 || xid == of(type).xid ? "" : " xid " + xid);
    }

    private static String toString(Field field) {
        return switch (field) {
            case Field.Text(String text) -> quoted(text);
            case Field.Texts(List<String> texts) -> texts.toString();
            case Field.Number(int value) -> "" + value;
            case Field.BigNumber(long value) -> value + "L";
            case Field.Flag(boolean value) -> "" + value;
            case Field.Bytes(byte[] bytes) -> bytes.length + " bytes";
            case Field.Acls(List<Acl> acls) -> acls.toString();
            case Field.ZxidSeen(int less) -> "zxid seen - " + less;
            case Field.Operations(List<ZkRequest> operations) -> operations.toString();
            case Field.Raw(byte[] bytes) ->
                "raw " + (bytes.length <= 32 ? Arrays.toString(bytes) : bytes.length + " bytes");
        };
    }

    private static String quoted(String text) {
        String shown = text.length() > 80 ? text.substring(0, 60) + "…(" + text.length() + ")" : text;
        return shown.chars()
                .mapToObj(c -> c < ' ' || (c >= 0x7f && c <= 0xa0) || c >= 0xd800
                        ? "\\u%04x".formatted(c)
                        : String.valueOf((char) c))
                .collect(Collectors.joining("", "\"", "\""));
    }
}
