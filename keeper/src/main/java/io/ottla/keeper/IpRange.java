package io.ottla.keeper;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;

/**
 * The addresses that an ACL of scheme ip names: {@code address[/bits]}, of version 4 or 6, never a name.
 *
 * @param bits how many leading bits count
 */
record IpRange(byte[] address, int bits) {

    /** Empty if it is none. */
    static Optional<IpRange> parse(String text) {
        int slash = text.indexOf('/');
        Optional<byte[]> address = literal(slash < 0 ? text : text.substring(0, slash));
        if (address.isEmpty()) return Optional.empty();
        int width = address.get().length * 8;
        if (slash < 0) return Optional.of(new IpRange(address.get(), width));
        String bits = text.substring(slash + 1);
        if (bits.isEmpty() || bits.length() > 3 || !bits.chars().allMatch(c -> c >= '0' && c <= '9'))
            return Optional.empty();
        int count = Integer.parseInt(bits);
        return count <= width ? Optional.of(new IpRange(address.get(), count)) : Optional.empty();
    }

    boolean has(String text) {
        Optional<byte[]> other = literal(text);
        if (other.isEmpty() || other.get().length != address.length) return false;
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit & 7);
            if (((address[bit >> 3] ^ other.get()[bit >> 3]) & mask) != 0) return false;
        }
        return true;
    }

    private static Optional<byte[]> literal(String text) {
        try {
            // neither form asks a name server
            InetAddress address = text.indexOf(':') >= 0 ? InetAddress.ofLiteral(text) : Inet4Address.ofLiteral(text);
            return Optional.of(address.getAddress());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
