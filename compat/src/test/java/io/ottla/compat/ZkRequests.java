package io.ottla.compat;

import io.ottla.compat.ZkRequest.Acl;
import io.ottla.compat.ZkRequest.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/** Requests of every kind, most of them sensible, on a few nodes, so that they meet. */
final class ZkRequests {
    static final List<Acl> OPEN = List.of(new Acl(31, "world", "anyone"));

    /** Whoever gives it may do everything, if the server is configured with {@link #digest} of it. */
    static final String SUPER = "super:secret";

    private static final String[] USERS = {"ann:apple", "bob:pear"};
    private static final String[] NAMES = {"a", "b", "c"};
    private static final int FRAME_BYTES_MAX = 0xfffff;
    private static final int[] VERSIONS = {0, 0, 1, 1, 2, 3, -2, Integer.MAX_VALUE, Integer.MIN_VALUE};
    private static final String[] BAD_PATHS = {
        "",
        "a",
        "//",
        "~/",
        "~//a",
        "~/a//b",
        "~/./a",
        "~/../a",
        "~/a/.",
        "~/a/..",
        "~/.",
        "~/..",
        "~/a/",
        "~/\0",
        "~/a\0b",
        "~/\u0001",
        "~/a\u001fb",
        "~/\u007f",
        "~/\u009f",
        "~/\ud800\udc00",
        "~/\ue000",
        "~/\uf8ff",
        "~/\ufff0",
        "~/\uffff",
        "~/\u00e9",
        "~/a b",
        "~/.a",
        "~/..a",
        "~/a..",
        "~a",
        "/",
        "/zookeeper",
        "/zookeeper/quota",
        "/zookeeper/config",
        "/zookeeper/none/x",
        "/none/x",
    };

    /** With which ids of a scheme ACLs are made beside those of every stream. */
    record Ids(String scheme, List<String> ids) {
        static final Ids NONE = new Ids("", List.of());
    }

    private final Random random;
    private final Ids ids;
    private boolean quotas;

    ZkRequests(Random random, Ids ids) {
        this.random = random;
        this.ids = ids;
    }

    /** From now on no multi has more than one operation: within one the original does not see what is used up. */
    void oneOperationInMulti() {
        quotas = true;
    }

    /** {@code user:base64(sha1(user:password))}, as in ACLs of the scheme digest. */
    static String digest(String userAndPassword) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(userAndPassword.getBytes(StandardCharsets.UTF_8));
            return userAndPassword.substring(0, userAndPassword.indexOf(':'))
                    + ":"
                    + Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An addWatch for what can be no path, or is none of the run's. */
    static boolean watchesBadPath(ZkRequest request) {
        return request.type() == ZkRequest.ADD_WATCH
                && request.fields().getFirst() instanceof Field.Text(String path)
                && Arrays.asList(BAD_PATHS).contains(path);
    }

    /** One whose bytes were ruined, or a multi, in which there may be what is no operation. */
    static boolean mayBeUnreadable(ZkRequest request) {
        return request.type() == ZkRequest.MULTI || request.fields().stream().anyMatch(Field.Raw.class::isInstance);
    }

    List<ZkRequest> some(int count) {
        List<ZkRequest> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(any());
            // for what is prepared before it is applied, the original still has the ACL from before
            if (all.getLast().type() == ZkRequest.SET_ACL) break;
        }
        return all;
    }

    private ZkRequest any() {
        int draw = random.nextInt(1000);
        if (draw < 240) return create();
        if (draw < 320) return delete();
        if (draw < 440) return setData();
        if (draw < 640) return read();
        if (draw < 690) return acl();
        if (draw < 770) return multi(ZkRequest.MULTI);
        if (draw < 800) return multi(ZkRequest.MULTI_READ);
        if (draw < 850) return addWatch();
        if (draw < 890) return dropWatch();
        if (draw < 910) return setWatches();
        if (draw < 985) return other();
        return ruined(read());
    }

    // ---- what requests are made of

    private <T> T one(T[] of) {
        return of[random.nextInt(of.length)];
    }

    private Field path() {
        if (random.nextInt(40) == 0) return new Field.Text(one(BAD_PATHS));
        StringBuilder path = new StringBuilder(ZkRequest.ROOT);
        int depth = random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(random.nextInt(3) + 1);
        for (int i = 0; i < depth; i++) path.append('/').append(one(NAMES));
        if (random.nextInt(20) == 0) path.append("/s-000000000").append(random.nextInt(5));
        return new Field.Text(path.toString());
    }

    /** Not one that all runs share. */
    private Field ownPath() {
        Field path = path();
        while (!((Field.Text) path).text().startsWith(ZkRequest.ROOT)) path = path();
        return path;
    }

    private List<String> paths() {
        List<String> all = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) all.add(((Field.Text) path()).text());
        return all;
    }

    private Field data() {
        int draw = random.nextInt(200);
        if (draw < 20) return new Field.Bytes(new byte[0]);
        if (draw < 30) return new Field.Number(-1); // null
        return filled(draw < 192 ? random.nextInt(30) : random.nextInt(5000));
    }

    private Field filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) ('a' + random.nextInt(26)));
        return new Field.Bytes(bytes);
    }

    private Field acls() {
        int draw = random.nextInt(100);
        if (draw < (ids.ids.isEmpty() ? 80 : 60)) return new Field.Acls(OPEN);
        if (draw < 82 && ids.ids.isEmpty()) return new Field.Acls(List.of());
        List<Acl> all = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) all.add(acl(random.nextInt(24)));
        return new Field.Acls(all);
    }

    private Acl acl(int kind) {
        int permissions = random.nextInt(10) == 0 ? random.nextInt() : random.nextInt(32);
        if (!ids.ids.isEmpty() && random.nextInt(2) == 0)
            return new Acl(permissions, ids.scheme, ids.ids.get(random.nextInt(ids.ids.size())));
        return switch (kind) {
            case 0, 1, 2, 3, 4 -> new Acl(permissions, "world", "anyone");
            case 5 -> new Acl(31, "world", "somebody");
            case 6, 7, 8, 9 -> new Acl(permissions, "digest", digest(one(USERS)));
            case 10 -> new Acl(31, "digest", "nocolon");
            case 11, 12, 13 -> new Acl(permissions, "auth", "");
            case 14 -> new Acl(31, "auth", "whatever");
            case 15 -> new Acl(permissions, "ip", "127.0.0.1");
            case 16 -> new Acl(permissions, "ip", "127.0.0.0/8");
            case 17 -> new Acl(permissions, "ip", "10.0.0.0/33");
            case 18 -> new Acl(permissions, "ip", "::1/64");
            case 19 -> new Acl(31, "ip", "localhost");
            case 20 -> new Acl(31, "sasl", "ann");
            case 21 -> new Acl(31, "x509", "CN=ann");
            case 22 -> new Acl(31, "super", "");
            default -> new Acl(31, "nobody-knows", "x");
        };
    }

    private Field version() {
        return new Field.Number(random.nextInt(2) == 0 ? -1 : VERSIONS[random.nextInt(VERSIONS.length)]);
    }

    private Field watch() {
        return new Field.Flag(random.nextInt(2) == 0);
    }

    // ---- requests

    private ZkRequest create() {
        int draw = random.nextInt(100);
        if (draw < 4) return create(ZkRequest.CREATE_CONTAINER, 4);
        if (draw < 9) return create(ZkRequest.CREATE_TTL, 5 + random.nextInt(2));
        int type = random.nextInt(2) == 0 ? ZkRequest.CREATE : ZkRequest.CREATE2;
        if (draw == 99) return create(type, random.nextInt(20) - 10);
        return create(type, draw < 50 ? 0 : random.nextInt(4));
    }

    private ZkRequest create(int type, int flags) {
        Field path = path();
        if ((flags == 2 || flags == 3 || flags == 6) && random.nextInt(5) > 0)
            path = new Field.Text(ZkRequest.ROOT + "/" + one(NAMES) + (random.nextInt(8) == 0 ? "/" : "/s-"));
        List<Field> fields = new ArrayList<>(List.of(path, data(), acls(), new Field.Number(flags)));
        if (type == ZkRequest.CREATE_TTL) fields.add(new Field.BigNumber(ttlMs()));
        return ZkRequest.of(type, fields.toArray(Field[]::new));
    }

    private long ttlMs() {
        return switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> 0xffffffffffL;
            case 3 -> 0x10000000000L;
            case 4 -> Long.MAX_VALUE;
            default -> 3_600_000L + random.nextInt(1000);
        };
    }

    ZkRequest ephemeral() {
        boolean sequential = random.nextBoolean();
        return ZkRequest.of(
                ZkRequest.CREATE2,
                new Field.Text(ZkRequest.ROOT + "/" + (sequential ? "e-" : one(NAMES) + "/" + one(NAMES))),
                data(),
                new Field.Acls(OPEN),
                new Field.Number(sequential ? 3 : 1));
    }

    /** About as large as a frame may be, on either side of it; to be sent alone, for the same reason. */
    ZkRequest huge() {
        Field data = filled(FRAME_BYTES_MAX - random.nextInt(120));
        if (random.nextBoolean()) return ZkRequest.of(ZkRequest.SET_DATA, ownPath(), data, version());
        return ZkRequest.of(
                ZkRequest.CREATE, ownPath(), data, new Field.Acls(OPEN), new Field.Number(random.nextInt(4)));
    }

    private ZkRequest delete() {
        return ZkRequest.of(ZkRequest.DELETE, path(), version());
    }

    private ZkRequest setData() {
        return ZkRequest.of(ZkRequest.SET_DATA, ownPath(), data(), version());
    }

    private ZkRequest read() {
        int[] types = {
            ZkRequest.EXISTS,
            ZkRequest.EXISTS,
            ZkRequest.GET_DATA,
            ZkRequest.GET_DATA,
            ZkRequest.GET_CHILDREN,
            ZkRequest.GET_CHILDREN2
        };
        return ZkRequest.of(types[random.nextInt(types.length)], path(), watch());
    }

    private ZkRequest acl() {
        if (random.nextBoolean()) return ZkRequest.of(ZkRequest.GET_ACL, path());
        return ZkRequest.of(ZkRequest.SET_ACL, ownPath(), acls(), version());
    }

    private ZkRequest multi(int type) {
        List<ZkRequest> operations = new ArrayList<>();
        int count = random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(5);
        if (quotas) count = Math.min(count, 1);
        for (int i = 0; i < count; i++) {
            operations.add(type == ZkRequest.MULTI_READ ? readInMulti() : writeInMulti());
        }
        return ZkRequest.of(type, new Field.Operations(operations));
    }

    /** What the original gives a zxid although it cannot read it; to be sent last, since from there on its zxids are ahead. */
    ZkRequest unreadable() {
        return switch (random.nextInt(4)) {
            case 0 -> ruined(create());
            case 1 -> ruined(multi(ZkRequest.MULTI));
            case 2 -> ruined(setData());
            default -> ZkRequest.of(ZkRequest.MULTI, new Field.Operations(List.of(writeInMulti(), acl(), any())));
        };
    }

    private ZkRequest readInMulti() {
        int type = random.nextInt(10) == 0
                ? ZkRequest.EXISTS
                : random.nextBoolean() ? ZkRequest.GET_DATA : ZkRequest.GET_CHILDREN;
        return ZkRequest.of(type, path(), watch());
    }

    private ZkRequest writeInMulti() {
        return switch (random.nextInt(8)) {
            // with flags that are none the original calls the whole multi unreadable
            case 0, 1 -> create(ZkRequest.CREATE, random.nextInt(4));
            case 2 -> create(ZkRequest.CREATE2, random.nextInt(4));
            case 3 -> delete();
            case 4, 5 -> setData();
            case 6 -> ZkRequest.of(ZkRequest.CHECK, path(), version());
            default -> ephemeral();
        };
    }

    private ZkRequest addWatch() {
        int mode = random.nextInt(20) == 0 ? random.nextInt(6) - 2 : random.nextInt(2);
        return ZkRequest.of(ZkRequest.ADD_WATCH, path(), new Field.Number(mode));
    }

    private ZkRequest dropWatch() {
        int type = random.nextInt(15) == 0 ? random.nextInt(10) - 2 : 1 + random.nextInt(5);
        return ZkRequest.of(
                random.nextBoolean() ? ZkRequest.CHECK_WATCHES : ZkRequest.REMOVE_WATCHES,
                path(),
                new Field.Number(type));
    }

    ZkRequest setWatches() {
        Field seen = new Field.ZxidSeen(random.nextInt(30));
        Field data = new Field.Texts(paths());
        Field exist = new Field.Texts(paths());
        Field child = new Field.Texts(paths());
        if (random.nextBoolean()) return ZkRequest.of(ZkRequest.SET_WATCHES, seen, data, exist, child);
        return ZkRequest.of(
                ZkRequest.SET_WATCHES2, seen, data, exist, child, new Field.Texts(paths()), new Field.Texts(paths()));
    }

    /** To be sent alone: the original answers it at once, before what came before. */
    ZkRequest auth() {
        int draw = random.nextInt(40);
        String scheme = "digest";
        String secret = one(USERS);
        if (draw == 0) secret = SUPER;
        if (draw == 1) secret = "super:wrong";
        if (draw == 2) secret = "nocolon";
        if (draw == 3) secret = "";
        if (draw == 4) scheme = "ip";
        if (draw == 5) scheme = "world";
        if (draw == 6) scheme = "nobody-knows";
        if (draw == 7) scheme = "x509";
        if (draw == 8) scheme = "sasl";
        if (draw == 9) return ZkRequest.of(ZkRequest.SASL, new Field.Bytes(new byte[0]));
        return ZkRequest.of(
                ZkRequest.AUTH,
                new Field.Number(0),
                new Field.Text(scheme),
                new Field.Bytes(secret.getBytes(StandardCharsets.UTF_8)));
    }

    private ZkRequest other() {
        return switch (random.nextInt(6)) {
            case 0 -> ZkRequest.of(ZkRequest.GET_EPHEMERALS, random.nextInt(3) == 0 ? new Field.Text("/") : path());
            case 1 -> ZkRequest.of(ZkRequest.GET_ALL_CHILDREN_NUMBER, path());
            case 2 -> ZkRequest.of(ZkRequest.WHO_AM_I);
            case 3 -> ZkRequest.of(ZkRequest.PING);
            default -> ZkRequest.of(ZkRequest.SYNC, path());
        };
    }

    /** With its bytes cut short, or a length in it that cannot be. */
    private ZkRequest ruined(ZkRequest sound) {
        byte[] body = sound.body("/ruined", 0);
        byte[] ruined = Arrays.copyOf(body, random.nextInt(body.length + 1));
        if (random.nextBoolean() && ruined.length >= 4) {
            int[] lengths = {-2, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x100000, 1000};
            ByteBuffer.wrap(ruined).putInt(0, lengths[random.nextInt(lengths.length)]);
        }
        return ZkRequest.of(sound.type(), new Field.Raw(ruined));
    }

    /** What clients do not send, or what only servers may ask; to be sent alone, for the same reason. */
    ZkRequest odd() {
        int[] types = {
            ZkRequest.CHECK,
            ZkRequest.RECONFIG,
            ZkRequest.ERROR,
            ZkRequest.NOTIFICATION,
            10,
            23,
            99,
            108,
            1000,
            -5,
            Integer.MAX_VALUE
        };
        int type = types[random.nextInt(types.length)];
        return ZkRequest.of(type, path(), version());
    }

    /** A quota for the run's root, or below. */
    List<ZkRequest> quota() {
        String place = random.nextBoolean() ? ZkRequest.ROOT : ZkRequest.ROOT + "/" + one(NAMES);
        String limits = switch (random.nextInt(5)) {
            case 0 -> "count=5,bytes=-1";
            case 1 -> "count=-1,bytes=200=;byteHardLimit=100;countHardLimit=-1";
            case 2 -> "count=8,bytes=1000=;byteHardLimit=500;countHardLimit=4";
            default -> "count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=6";
        };
        List<ZkRequest> all = new ArrayList<>();
        String path = "/zookeeper/quota";
        all.add(plain(path + ZkRequest.ROOT, ""));
        if (!place.equals(ZkRequest.ROOT)) all.add(plain(path + place, ""));
        all.add(plain(path + place + "/zookeeper_limits", limits));
        all.add(plain(path + place + "/zookeeper_stats", "count=0,bytes=0"));
        return all;
    }

    private static ZkRequest plain(String path, String data) {
        return ZkRequest.of(
                ZkRequest.CREATE,
                new Field.Text(path),
                new Field.Bytes(data.getBytes(StandardCharsets.US_ASCII)),
                new Field.Acls(OPEN),
                new Field.Number(0));
    }
}
