package io.ottla.keeper;

import io.ottla.base.DiskFile;
import io.ottla.keeper.files.Proposal;
import io.ottla.keeper.files.SnapshotReader;
import io.ottla.keeper.files.SnapshotStreams;
import io.ottla.keeper.files.TxnLogReader;
import io.ottla.keeper.tree.Znode;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.EphemeralOwner;
import io.ottla.zookeeperprotocol.LoggedTxn;
import io.ottla.zookeeperprotocol.Txn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What is in a file of ZooKeeper's data directory, for people and tools: transaction by transaction, or session by session and
 * znode by znode, as far as it is sound. Changes nothing, and may be used on the files of a running node. Blocks.
 *
 * <p>Data is shown as text where it is that. What Kafka keeps secret in znodes (SCRAM credentials, delegation tokens, passwords
 * in configurations), and the hash in an ACL of scheme digest, is not shown.
 */
public final class KeeperFileDump {
    private static final Pattern LOG_NAME = Pattern.compile("log\\.[0-9a-f]{1,16}");
    private static final Pattern SNAPSHOT_NAME =
            Pattern.compile("(tmp\\.|damaged\\.)?snapshot\\.[0-9a-f]{1,16}(\\.gz|\\.snappy)?");

    /** Below these everything is secret. */
    private static final List<String> SECRET_PATHS = List.of("/config/users/", "/delegation_token/tokens/");

    /** Below this some is. */
    private static final String CONFIG = "/config/";

    private static final Pattern SECRET_CONFIG = Pattern.compile(
            "password|secret|sasl\\.jaas|ssl\\.keystore\\.key|scram|sasl\\.oauthbearer.*key", Pattern.CASE_INSENSITIVE);

    private KeeperFileDump() {}

    /** @param name of a file, without its directory */
    public static boolean isLog(String name) {
        return LOG_NAME.matcher(name).matches();
    }

    /** @param name of a file, without its directory */
    public static boolean isSnapshot(String name) {
        return SNAPSHOT_NAME.matcher(name).matches();
    }

    /**
     * Shows the transactions. Those of a multi follow it, with their place in it.
     *
     * @return what is wrong behind them; empty if nothing is, or only what a power loss or a write under way leaves
     */
    public static Optional<String> log(DiskFile file, String name, Consumer<Map<String, Object>> entries)
            throws IOException {
        TxnLogReader reader = new TxnLogReader(file, name);
        if (!reader.readHeader()) return Optional.empty();
        long lastZxid = 0;
        for (Optional<Proposal> next = reader.next(); next.isPresent(); next = reader.next()) {
            LoggedTxn logged = next.get().txn();
            lastZxid = logged.zxid();
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("zxid", hex(logged.zxid()));
            entry.put("time", logged.timeMs());
            entry.put("session", hex(logged.clientId()));
            entry.put("cxid", logged.cxid());
            describe(logged.txn(), entry);
            entries.accept(entry);
            if (!(logged.txn() instanceof Txn.Multi multi)) continue;
            for (int i = 0; i < multi.txns().size(); i++) {
                Map<String, Object> part = new LinkedHashMap<>();
                part.put("zxid", hex(logged.zxid()));
                part.put("part", i + 1);
                describe(multi.txns().get(i), part);
                entries.accept(part);
            }
        }
        return reader.damagedBefore(lastZxid)
                .map(beyond -> "the bytes from %d to %d are no transactions, though some follow"
                        .formatted(reader.position(), beyond));
    }

    private static void describe(Txn txn, Map<String, Object> entry) {
        switch (txn) {
            case Txn.Create create -> {
                node("create", create.path(), create.data(), create.acl(), entry);
                if (create.ephemeral()) entry.put("ephemeral", true);
            }
            case Txn.CreateContainer create ->
                node("createContainer", create.path(), create.data(), create.acl(), entry);
            case Txn.CreateTtl create -> {
                node("createTtl", create.path(), create.data(), create.acl(), entry);
                entry.put("ttl", create.ttlMs());
            }
            case Txn.Delete delete -> {
                entry.put("type", delete.container() ? "deleteContainer" : "delete");
                entry.put("path", delete.path());
            }
            case Txn.SetData set -> {
                entry.put("type", set.reconfig() ? "reconfig" : "setData");
                entry.put("path", set.path());
                entry.put("version", set.version());
                entry.put("data", data(set.path(), set.data()));
            }
            case Txn.SetAcl set -> {
                entry.put("type", "setAcl");
                entry.put("path", set.path());
                entry.put("version", set.version());
                entry.put("acl", acl(set.acl()));
            }
            case Txn.Check check -> {
                entry.put("type", "check");
                entry.put("path", check.path());
                entry.put("version", check.version());
            }
            case Txn.CreateSession session -> {
                entry.put("type", "createSession");
                entry.put("timeout", session.timeoutMs());
            }
            case Txn.CloseSession session -> {
                entry.put("type", "closeSession");
                entry.put("paths", session.paths());
            }
            case Txn.CloseSessionUnlisted session -> entry.put("type", "closeSession");
            case Txn.Error error -> {
                entry.put("type", "error");
                entry.put("code", error.code());
            }
            case Txn.Multi multi -> {
                entry.put("type", "multi");
                entry.put("count", multi.txns().size());
            }
        }
    }

    private static void node(String type, String path, byte[] data, List<Acl> acl, Map<String, Object> entry) {
        entry.put("type", type);
        entry.put("path", path);
        entry.put("data", data(path, data));
        if (!acl.equals(Acl.OPEN)) entry.put("acl", acl(acl));
    }

    /**
     * Shows sessions, then znodes, parents before their children and these by name. All of it is in memory meanwhile.
     *
     * @return what is wrong with the file after these; empty if nothing is
     */
    public static Optional<String> snapshot(DiskFile file, String name, Consumer<Map<String, Object>> entries)
            throws IOException {
        ZnodeTree tree = ZnodeTree.unloaded(0);
        Optional<String> damage = Optional.empty();
        try {
            SnapshotReader.readInto(tree, SnapshotStreams.reader(file, name), SnapshotReader.Room.ANY);
        } catch (IOException e) {
            damage = Optional.of(e.getMessage());
        }
        tree.sessions().forEach((id, timeoutMs) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("session", hex(id));
            entry.put("timeout", timeoutMs);
            entries.accept(entry);
        });
        if (tree.root() != null) nodes(tree, entries);
        return damage;
    }

    private record At(String path, Znode node) {}

    private static void nodes(ZnodeTree tree, Consumer<Map<String, Object>> entries) {
        Deque<At> open = new ArrayDeque<>();
        open.push(new At("", tree.root()));
        while (!open.isEmpty()) {
            At at = open.pop();
            entries.accept(entry(tree, at.path.isEmpty() ? "/" : at.path, at.node));
            if (at.node.numChildren() == 0) continue;
            Znode[] children = at.node.childNodes();
            Arrays.sort(children, Comparator.comparing(Znode::name).reversed());
            for (Znode child : children) open.push(new At(at.path + "/" + child.name(), child));
        }
    }

    private static Map<String, Object> entry(ZnodeTree tree, String path, Znode node) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("path", path);
        entry.put("data", data(path, node.data()));
        entry.put("version", node.version());
        entry.put("czxid", hex(node.czxid()));
        entry.put("mzxid", hex(node.mzxid()));
        if (EphemeralOwner.isSession(node.owner())) entry.put("ephemeralOwner", hex(node.owner()));
        if (EphemeralOwner.isTtl(node.owner())) entry.put("ttl", EphemeralOwner.ttlMs(node.owner()));
        List<Acl> acl = tree.acl(node);
        if (!acl.equals(Acl.OPEN)) entry.put("acl", acl(acl));
        return entry;
    }

    private static String hex(long number) {
        return "0x" + Long.toHexString(number);
    }

    private static List<String> acl(List<Acl> acl) {
        return acl.stream()
                .map(each -> {
                    int colon = each.id().indexOf(':');
                    boolean isHashed = each.scheme().equals("digest") && colon >= 0;
                    return each.scheme() + ":" + (isHashed ? each.id().substring(0, colon) + ":(hidden)" : each.id())
                            + ":" + letters(each.perms());
                })
                .toList();
    }

    private static String letters(int perms) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < 5; i++) if ((perms & 1 << i) != 0) letters.append("rwcda".charAt(i));
        return letters.toString();
    }

    /** Null where there is none. */
    private static Object data(String path, byte[] data) {
        if (data == null) return null;
        Optional<String> text = text(data);
        boolean isSecret = SECRET_PATHS.stream().anyMatch(path::startsWith)
                || (path.startsWith(CONFIG)
                        && text.filter(SECRET_CONFIG.asPredicate()).isPresent());
        if (isSecret && data.length > 0) return "(secret, " + data.length + " bytes)";
        return text.orElseGet(() -> "0x" + HexFormat.of().formatHex(data));
    }

    private static Optional<String> text(byte[] data) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data))
                    .toString();
            boolean isPrintable =
                    text.codePoints().allMatch(c -> c == '\n' || c == '\t' || c == '\r' || !Character.isISOControl(c));
            return isPrintable ? Optional.of(text) : Optional.empty();
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
