package io.ottla.keeper;

import io.ottla.zookeeperprotocol.Acl;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The ACLs in use, each kept once and counted (ReferenceCountedACLCache of the original). Nodes name theirs by number;
 * −1 stands for {@link Acl#OPEN}, but only where no ACL was ever given: one that a client asked for has a number.
 */
final class AclTable {
    static final int OPEN_ID = -1;
    private static final List<Acl> NOBODY = List.of(new Acl(0, "world", "anyone"));

    private final Map<Integer, Entry> byId = new HashMap<>();
    private final Map<List<Acl>, Entry> byAcl = new HashMap<>();
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
        Entry entry = byAcl.get(acl);
        if (entry == null) {
            entry = new Entry(Math.incrementExact(lastId), List.copyOf(acl));
            lastId = entry.id;
            byId.put(entry.id, entry);
            byAcl.put(entry.acl, entry);
        }
        entry.uses++;
        return entry.id;
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

    /** One of a snapshot's table; no node uses it yet. */
    void load(long id, List<Acl> acl) throws IOException {
        if (id <= 0 || id > Integer.MAX_VALUE) throw new IOException("the snapshot has an ACL with the number " + id);
        Entry entry = new Entry((int) id, List.copyOf(acl));
        byId.put(entry.id, entry);
        byAcl.put(entry.acl, entry);
        lastId = Math.max(lastId, entry.id);
    }

    /**
     * A node of a snapshot has that number. The original's snapshots may lack the ACL of a node made while they were
     * taken (ZOOKEEPER-4846): the log that follows tells it again, and until then nobody may do anything.
     */
    int useLoaded(long id) {
        if (id == OPEN_ID) return OPEN_ID;
        Entry entry = id == (int) id ? byId.get((int) id) : null;
        if (entry == null) return use(NOBODY);
        entry.uses++;
        return entry.id;
    }

    /** After loading: what no node uses. */
    void dropUnused() {
        byId.values().removeIf(entry -> {
            boolean unused = entry.uses == 0;
            if (unused) byAcl.remove(entry.acl, entry);
            return unused;
        });
    }
}
