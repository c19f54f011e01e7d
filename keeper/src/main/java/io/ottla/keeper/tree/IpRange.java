package io.ottla.keeper.tree;

import java.util.Optional;

/**
 * The addresses that an ACL of scheme ip names (IPAuthenticationProvider of the original), never a name:
 *
 * <pre>
 * range   := address ["/" bits:number]       bits are 0 to 32 or 128, how many of the leading ones count; without them all
 * address := part "." part "." part "." part                      each a number of 0 to 255
 *          | eight of group ":" group …, or fewer and "::" once   each 1 to 4 characters, a hexadecimal number
 * </pre>
 *
 * Numbers are what {@link Integer#parseInt(String)} takes: zeros before them, and a sign. Version 6 has no dotted end, no brackets and no zone.
 */
record IpRange(byte[] address, int bits) {
    private static final int V6_BYTES = 16;
    private static final int V6_GROUPS = 8;
    private static final int V6_GROUP_CHARACTERS_MAX = 4;

    /** Empty if it is none. */
    static Optional<IpRange> parse(String text) {
        String[] parts = text.split("/", 2);
        Optional<byte[]> address = address(parts[0]);
        if (address.isEmpty()) return Optional.empty();
        int width = address.get().length * 8;
        if (parts.length == 1) return Optional.of(new IpRange(address.get(), width));
        try {
            int bits = number(parts[1], 10, 0, width);
            return Optional.of(new IpRange(address.get(), bits));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** @param text an address; what is none is in no range */
    boolean has(String text) {
        Optional<byte[]> other = address(text);
        if (other.isEmpty() || other.get().length != address.length) return false;
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit & 7);
            if (((address[bit >> 3] ^ other.get()[bit >> 3]) & mask) != 0) return false;
        }
        return true;
    }

    private static Optional<byte[]> address(String text) {
        try {
            return text.indexOf(':') >= 0 ? v6(text) : v4(text);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> v4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) return Optional.empty();
        byte[] address = new byte[4];
        for (int i = 0; i < 4; i++) address[i] = (byte) number(parts[i], 10, 0, 255);
        return Optional.of(address);
    }

    private static Optional<byte[]> v6(String text) {
        String[] sides = text.split("::", -1);
        String[] left = groups(sides[0]);
        String[] right = sides.length == 2 ? groups(sides[1]) : new String[0];
        int count = left.length + right.length;
        boolean fits = sides.length == 1 ? count == V6_GROUPS : sides.length == 2 && count < V6_GROUPS;
        if (!fits) return Optional.empty();
        byte[] address = new byte[V6_BYTES];
        put(left, address, 0);
        put(right, address, V6_BYTES - 2 * right.length);
        return Optional.of(address);
    }

    private static String[] groups(String text) {
        return text.isEmpty() ? new String[0] : text.split(":", -1);
    }

    private static void put(String[] groups, byte[] address, int at) {
        int next = at;
        for (String group : groups) {
            if (group.length() > V6_GROUP_CHARACTERS_MAX) throw new NumberFormatException(group);
            int value = number(group, 16, Integer.MIN_VALUE, Integer.MAX_VALUE);
            address[next++] = (byte) (value >> 8);
            address[next++] = (byte) value;
        }
    }

    private static int number(String text, int radix, int min, int max) {
        int value = Integer.parseInt(text, radix);
        if (value < min || value > max) throw new NumberFormatException(text);
        return value;
    }
}
