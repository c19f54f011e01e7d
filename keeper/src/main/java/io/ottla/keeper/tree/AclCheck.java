package io.ottla.keeper.tree;

import io.ottla.keeper.api.Identity;
import io.ottla.zookeeperprotocol.Acl;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** Whether an ACL lets somebody do something, and whether one that somebody wants to set makes sense. */
public final class AclCheck {
    private AclCheck() {}

    /** True if one of the entries grants one of the permissions {@code perms} to one of the callers. */
    public static boolean allows(List<Acl> acl, int perms, List<Identity> callers) {
        if (acl.isEmpty()) return true;
        for (Identity caller : callers) if (caller.scheme().equals("super")) return true;
        for (Acl entry : acl) {
            if ((entry.perms() & perms) == 0) continue;
            if (entry.scheme().equals("world") && entry.id().equals("anyone")) return true;
            for (Identity caller : callers)
                if (caller.scheme().equals(entry.scheme()) && matches(caller, entry.id())) return true;
        }
        return false;
    }

    private static boolean matches(Identity caller, String id) {
        return caller.scheme().equals("ip")
                ? IpRange.parse(id).map(range -> range.has(caller.id())).orElse(false)
                : caller.id().equals(id);
    }

    /**
     * What is stored for an ACL that a caller asks for: each entry once, "auth" replaced by who the caller has proved
     * to be.
     *
     * @return empty if it has no entry, an unknown scheme, an id that the scheme does not know, or "auth" from one who has proved nothing
     */
    public static Optional<List<Acl>> settle(List<Acl> wanted, List<Identity> callers) {
        List<Acl> settled = new ArrayList<>();
        for (Acl entry : new LinkedHashSet<>(wanted)) {
            if (entry.scheme() == null || entry.id() == null) return Optional.empty();
            switch (entry.scheme()) {
                case "world" -> {
                    if (!entry.id().equals("anyone")) return Optional.empty();
                    settled.add(entry);
                }
                case "auth" -> {
                    int before = settled.size();
                    for (Identity caller : callers) {
                        if (!caller.scheme().equals("ip") && !caller.scheme().equals("super"))
                            settled.add(new Acl(entry.perms(), caller.scheme(), caller.id()));
                    }
                    if (settled.size() == before) return Optional.empty();
                }
                case "digest" -> {
                    int colon = entry.id().indexOf(':');
                    if (colon < 0
                            || colon == entry.id().length() - 1
                            || colon != entry.id().lastIndexOf(':')) return Optional.empty();
                    settled.add(entry);
                }
                case "ip" -> {
                    if (IpRange.parse(entry.id()).isEmpty()) return Optional.empty();
                    settled.add(entry);
                }
                case "sasl", "x509" -> {
                    if (entry.id().isEmpty()) return Optional.empty();
                    settled.add(entry);
                }
                default -> {
                    return Optional.empty();
                }
            }
        }
        return settled.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(settled));
    }
}
