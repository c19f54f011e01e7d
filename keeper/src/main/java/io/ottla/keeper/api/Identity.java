package io.ottla.keeper.api;

/**
 * A name that a caller has proved, or was given by where it comes from.
 *
 * @param scheme ip, digest, sasl, x509; super for who may do everything
 */
public record Identity(String scheme, String id) {
    public static final Identity SUPER = new Identity("super", "");
}
