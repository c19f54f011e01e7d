package io.ottla.broker;

/**
 * Who asks, as ACLs and quotas name him (Kafka's KafkaPrincipal).
 *
 * @param type {@code User}; others may come from elsewhere
 */
public record Principal(String type, String name) {
    /** Who came through a listener without authentication. */
    public static final Principal ANONYMOUS = new Principal("User", "ANONYMOUS");

    /** Such as {@code User:alice}. */
    @Override
    public String toString() {
        return type + ":" + name;
    }
}
