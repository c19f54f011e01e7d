package io.ottla.node;

import java.util.regex.Pattern;

/**
 * What a door is bound to.
 *
 * @param host empty for all addresses of the machine
 */
public record Address(String host, int port) {
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    boolean isWildcard() {
        return isWildcard(host);
    }

    static boolean isWildcard(String host) {
        return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::") || host.equals("0:0:0:0:0:0:0:0");
    }

    static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost") || host.startsWith("127.") || host.equals("::1");
    }

    /** Whether only one of the two can be bound. */
    boolean excludes(Address other) {
        return port != 0 && port == other.port && (isWildcard() || other.isWildcard() || host.equals(other.host));
    }

    static boolean isIpv4(String host) {
        return IPV4.matcher(host).matches();
    }

    static boolean isIpv6(String host) {
        return host.indexOf(':') >= 0;
    }

    /** {@code host:port} for clients on this machine. */
    public String local() {
        return text(isWildcard() ? "localhost" : host, port);
    }

    /** {@code host:port}, with an IPv6 address in brackets. */
    static String text(String host, int port) {
        return (isIpv6(host) ? "[" + host + "]" : host) + ":" + port;
    }

    /**
     * For people, to stand behind the address that they are told.
     *
     * @param told as {@code host:port}
     * @return empty if it is this one
     */
    public String besides(String told) {
        if (isWildcard()) return " (bound to port " + port + " of all addresses of this machine)";
        return toString().equals(told) ? "" : " (bound to " + this + ")";
    }

    @Override
    public String toString() {
        return text(isWildcard() ? "*" : host, port);
    }
}
