package io.ottla.compat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * Replies and events as texts that are equal if two servers mean the same: zxids count from where the run began, sessions
 * have the numbers of the stream, names of children are sorted, times are left out. That times belong to their zxids, and rise
 * with them, is looked at here.
 */
final class ZkReplyText {
    private final String root;
    private final long zxidBegun;
    private final Map<Long, Integer> sessions = new HashMap<>();
    private final TreeMap<Long, Long> timesMs = new TreeMap<>();

    ZkReplyText(String root, long zxidBegun) {
        this.root = root;
        this.zxidBegun = zxidBegun;
    }

    void session(long sessionId, int number) {
        sessions.put(sessionId, number);
    }

    String zxid(long zxid) {
        if (zxid <= 0) return "" + zxid;
        return zxid < zxidBegun ? "before" : "+" + (zxid - zxidBegun);
    }

    /** @param body what follows the header of a reply without error */
    String reply(ZkRequest request, byte[] body) {
        JuteReader in = new JuteReader(body);
        String text;
        try {
            text = switch (request.type()) {
                case ZkRequest.CREATE, ZkRequest.SYNC -> path(in);
                case ZkRequest.CREATE2, ZkRequest.CREATE_CONTAINER, ZkRequest.CREATE_TTL -> path(in) + stat(in);
                case ZkRequest.EXISTS, ZkRequest.SET_DATA, ZkRequest.SET_ACL -> stat(in);
                case ZkRequest.GET_DATA -> data(in) + stat(in);
                case ZkRequest.GET_ACL -> acls(in) + stat(in);
                case ZkRequest.GET_CHILDREN, ZkRequest.GET_EPHEMERALS -> names(in);
                case ZkRequest.GET_CHILDREN2 -> names(in) + stat(in);
                case ZkRequest.MULTI, ZkRequest.MULTI_READ -> results(in);
                case ZkRequest.GET_ALL_CHILDREN_NUMBER, ZkRequest.ADD_WATCH -> "" + in.number();
                case ZkRequest.WHO_AM_I ->
                    in.vector(() -> in.text() + ":" + in.text()).stream()
                            .sorted()
                            .toList()
                            .toString();
                case ZkRequest.SASL -> token(in);
                default -> "";
            };
        } catch (RuntimeException unreadable) {
            return "unreadable body of " + body.length + " bytes: " + unreadable.getMessage();
        }
        return in.remaining() == 0 ? text : text + " and " + in.remaining() + " bytes more";
    }

    /** Without what is random in it. */
    private static String token(JuteReader in) {
        byte[] token = in.bufferOrNull();
        if (token == null) return "no token";
        return new String(token, StandardCharsets.UTF_8).replaceAll("(nonce|rspauth)=\"?[^\",]*\"?", "$1=…");
    }

    String event(byte[] body) {
        JuteReader in = new JuteReader(body);
        return "type " + in.number() + " state " + in.number() + " " + path(in);
    }

    private String path(JuteReader in) {
        return local(in.text());
    }

    private String local(String path) {
        return path.replace(root, ZkRequest.ROOT);
    }

    private String names(JuteReader in) {
        return in.vector(in::text).stream().map(this::local).sorted().toList().toString();
    }

    private static String data(JuteReader in) {
        byte[] bytes = in.buffer();
        if (bytes.length <= 40) return "'" + new String(bytes, StandardCharsets.ISO_8859_1) + "'";
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return "%d bytes of crc %x".formatted(bytes.length, crc.getValue());
    }

    private static String acls(JuteReader in) {
        List<ZkRequest.Acl> acls = in.vector(() -> new ZkRequest.Acl(in.number(), in.text(), in.text()));
        // what auth: stands for comes in an order that nothing promises
        return acls.stream().map(ZkRequest.Acl::toString).sorted().toList().toString();
    }

    private String results(JuteReader in) {
        StringBuilder text = new StringBuilder("results");
        while (true) {
            int type = in.number();
            boolean last = in.flag();
            int error = in.number();
            if (last) return text + (type == -1 && error == -1 ? "" : " end " + type + "/" + error);
            text.append(" | ").append(type).append('/').append(error).append(' ');
            text.append(
                    switch (type) {
                        case ZkRequest.CREATE -> path(in);
                        case ZkRequest.CREATE2 -> path(in) + stat(in);
                        case ZkRequest.SET_DATA -> stat(in);
                        case ZkRequest.GET_DATA -> data(in) + stat(in);
                        case ZkRequest.GET_CHILDREN -> names(in);
                        case ZkRequest.ERROR -> "error " + in.number();
                        default -> "";
                    });
        }
    }

    private String stat(JuteReader in) {
        long czxid = in.bigNumber();
        long mzxid = in.bigNumber();
        long ctimeMs = in.bigNumber();
        long mtimeMs = in.bigNumber();
        int version = in.number();
        int cversion = in.number();
        int aversion = in.number();
        long owner = in.bigNumber();
        int dataBytes = in.number();
        int children = in.number();
        long pzxid = in.bigNumber();
        return " {c %s m %s p %s, versions %d %d %d, owner %s, %d bytes, %d children%s%s}"
                .formatted(
                        zxid(czxid),
                        zxid(mzxid),
                        zxid(pzxid),
                        version,
                        cversion,
                        aversion,
                        owner(owner),
                        dataBytes,
                        children,
                        time(czxid, ctimeMs),
                        time(mzxid, mtimeMs));
    }

    private String owner(long sessionId) {
        if (sessionId == 0) return "none";
        Integer number = sessions.get(sessionId);
        return number == null ? "0x%x".formatted(sessionId) : "session " + number;
    }

    /** Nothing if the time is the one of the zxid. */
    private String time(long zxid, long timeMs) {
        if (zxid < zxidBegun) return "";
        Long known = timesMs.putIfAbsent(zxid, timeMs);
        if (known != null) return known == timeMs ? "" : ", ANOTHER TIME for " + zxid(zxid);
        Map.Entry<Long, Long> before = timesMs.lowerEntry(zxid);
        Map.Entry<Long, Long> after = timesMs.higherEntry(zxid);
        boolean rises =
                (before == null || before.getValue() <= timeMs) && (after == null || after.getValue() >= timeMs);
        return rises ? "" : ", A TIME OUT OF ORDER for " + zxid(zxid);
    }
}
