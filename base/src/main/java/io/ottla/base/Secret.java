package io.ottla.base;

/** A password or a private key as it stands in a configuration. It does not print itself. */
public record Secret(String value) {
    @Override
    public String toString() {
        return "[hidden]";
    }
}
