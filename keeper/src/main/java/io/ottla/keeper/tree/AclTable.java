package io.ottla.keeper.tree;

import io.ottla.zookeeperprotocol.Acl;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The ACLs in use, each kept once and counted (ReferenceCountedACLCache of the original). Nodes name theirs by number;
 * −1 stands for {@link Acl#OPEN}, but only where no ACL was ever given: one that a client asked for has a number.
 */
public final class AclTable {
    public static final int OPEN_ID = -1;
    private static final List<Acl> NOBODY = List.of(new Acl(0, "world", "anyone"));

    private final Map<Integer, Entry> byId = new HashMap<>();
    private final Map<List<Acl>, Entry> byAcl = new HashMap<>();

    /** By the numbers of the snapshot that is being loaded, which are any. */
    private final Map<Long, Entry> loaded = new HashMap<>();

    private int lastId;

    private static final class Entry {
        final int id;
        final List<Acl> acl;
        long uses;

        Entry(int id, List<Acl> acl) {
            this.id = id;
            this.acl = acl;
        }
    }

    /** Counts one more use of that ACL. */
    int use(List<Acl> acl) {
        if (acl.isEmpty()) return OPEN_ID;
        Entry entry = entry(acl);
        entry.uses++;
        return entry.id;
    }

    private Entry entry(List<Acl> acl) {
        Entry present = byAcl.get(acl);
        if (present != null) return present;
        do lastId = lastId == Integer.MAX_VALUE ? 1 : lastId + 1;
        while (byId.containsKey(lastId));
        Entry entry = new Entry(lastId, List.copyOf(acl));
        byId.put(entry.id, entry);
        byAcl.put(entry.acl, entry);
        return entry;
    }

    void release(int id) {
        Entry entry = byId.get(id);
        if (entry == null || --entry.uses > 0) return;
        byId.remove(id);
        byAcl.remove(entry.acl);
    }

    List<Acl> acl(int id) {
        return id == OPEN_ID ? Acl.OPEN : byId.get(id).acl;
    }

    /** By number, ascending. */
    Map<Integer, List<Acl>> all() {
        TreeMap<Integer, List<Acl>> all = new TreeMap<>();
        byId.forEach((id, entry) -> all.put(id, entry.acl));
        return all;
    }

    /** One of a snapshot's table; no node uses it yet. Of two with one number the later counts, as in the original. */
    public void load(long id, List<Acl> acl) {
        loaded.put(id, entry(acl));
    }

    /**
     * A node of a snapshot has that number. The original's snapshots may lack the ACL of a node made while they were
     * taken (ZOOKEEPER-4846): the log that follows tells it again, and until then nobody may do anything.
     */
    public int useLoaded(long id) {
        if (id == OPEN_ID) return OPEN_ID;
        Entry entry = loaded.get(id);
        if (entry == null) return use(NOBODY);
        entry.uses++;
        return entry.id;
    }

    /** After loading: what no node uses. */
    public void dropUnused() {
        loaded.clear();
        byId.values().removeIf(entry -> {
            boolean unused = entry.uses == 0;
            if (unused) byAcl.remove(entry.acl, entry);
            return unused;
        });
    }
}
