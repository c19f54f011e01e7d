package io.ottla.zookeeperprotocol;

import java.util.Optional;

/** What a path of a znode may look like (PathUtils of the original). */
public final class Paths {
    private Paths() {}

    /** What is wrong with a path; empty if nothing is. */
    public static Optional<String> fault(String path) {
        if (path.isEmpty()) return Optional.of("it is empty");
        if (path.charAt(0) != '/') return Optional.of("it does not begin with /");
        int length = path.length();
        if (length == 1) return Optional.empty();
        if (path.charAt(length - 1) == '/') return Optional.of("it ends with /");
        int component = 1;
        for (int i = 1; i <= length; i++) {
            char c = i == length ? '/' : path.charAt(i);
            if (c == '/') {
                int size = i - component;
                if (size == 0) return Optional.of("it has an empty name at " + i);
                if (size <= 2 && path.charAt(component) == '.' && path.charAt(i - 1) == '.')
                    return Optional.of("it has a relative name at " + component);
                component = i + 1;
            } else if (forbidden(c)) {
                return Optional.of("it has the character U+%04X at %d".formatted((int) c, i));
            }
        }
        return Optional.empty();
    }

    private static boolean forbidden(char c) {
        return c <= '\u001f' || between('\u007f', c, '\u009f') || between('\ud800', c, '\uf8ff') || c >= '\ufff0';
    }

    private static boolean between(char low, char c, char high) {
        return low <= c && c <= high;
    }

    /** The path of the parent; the root's children have "/" as theirs. */
    public static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }
}
