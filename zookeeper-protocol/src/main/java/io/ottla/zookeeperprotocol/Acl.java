package io.ottla.zookeeperprotocol;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Who may do what with a znode.
 *
 * @param perms the sum of {@link #READ}, {@link #WRITE}, {@link #CREATE}, {@link #DELETE}, {@link #ADMIN}
 * @param scheme what kind of name {@code id} is: world, auth, digest, ip, sasl, x509
 * @param id the name within the scheme
 */
public record Acl(int perms, String scheme, String id) {
    public static final int READ = 1;
    public static final int WRITE = 2;
    public static final int CREATE = 4;
    public static final int DELETE = 8;
    public static final int ADMIN = 16;
    public static final int ALL = 31;

    /** Everybody may do everything: what most clients ask for. */
    public static final List<Acl> OPEN = List.of(new Acl(ALL, "world", "anyone"));

    /** Everybody may read. */
    public static final List<Acl> READ_ONLY = List.of(new Acl(READ, "world", "anyone"));

    /** Bytes of the shortest one: permissions and two empty strings. */
    static final int SIZE_BYTES_MIN = 12;

    public static void write(List<Acl> acls, BufferOutputArchive out) {
        out.writeInt(acls.size(), "acl");
        for (Acl acl : acls) {
            out.writeInt(acl.perms, "perms");
            out.writeString(acl.scheme, "scheme");
            out.writeString(acl.id, "id");
        }
    }

    /** Empty where the list is absent. Schemes and ids are never null: an absent one is read as empty, which no scheme knows. */
    public static List<Acl> read(BufferInputArchive in) throws IOException {
        int count = in.readInt("acl");
        if (count <= 0) return List.of();
        if (count > in.remaining() / SIZE_BYTES_MIN)
            throw new EOFException("the record has no room for " + count + " ACL entries");
        List<Acl> acls = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int perms = in.readInt("perms");
            acls.add(new Acl(perms, orEmpty(in.readString("scheme")), orEmpty(in.readString("id"))));
        }
        return acls;
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    /** As {@link #read}: nothing in it is absent. */
    static List<Acl> from(List<org.apache.zookeeper.data.ACL> acls) {
        if (acls == null) return List.of();
        return acls.stream()
                .map(acl -> new Acl(
                        acl.getPerms(),
                        orEmpty(acl.getId().getScheme()),
                        orEmpty(acl.getId().getId())))
                .toList();
    }
}
