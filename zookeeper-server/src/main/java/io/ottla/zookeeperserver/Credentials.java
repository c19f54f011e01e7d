package io.ottla.zookeeperserver;

import io.ottla.base.Network;
import io.ottla.base.Secret;
import io.ottla.keeper.api.Identity;
import io.ottla.zookeeperprotocol.ClientReply.ClientInfo;
import io.ottla.zookeeperserver.ServerOptions.Authentication;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.security.sasl.SaslException;

/**
 * Who one client has proved to be, and how it proves it (package server.auth of the original):
 *
 * <pre>
 * ip      the address that it connects from; always
 * digest  user:password in clear; its id is user:base64(hash(user:password)). Whose id is the superDigest is super too
 * x509    the subject of its certificate, which TLS has verified. Whose subject is the superUser is super too
 * sasl    a user's password by {@link SaslExchange}. One of the superUsers is super too
 * </pre>
 */
final class Credentials {
    /** Of one connection: each is looked through at each request. */
    private static final int IDENTITIES_MAX = 64;

    private final Authentication options;
    private final Network.Connection connection;
    private List<Identity> identities;
    private Optional<SaslExchange> sasl = Optional.empty();

    Credentials(Authentication options, Network.Connection connection) {
        this.options = options;
        this.connection = connection;
        identities = List.of(new Identity("ip", connection.remote().getAddress().getHostAddress()));
    }

    /** What ACLs are compared with. */
    List<Identity> identities() {
        if (!options.skipAcl()) return identities;
        List<Identity> all = new ArrayList<>(identities);
        all.add(Identity.SUPER);
        return List.copyOf(all);
    }

    /** Whether the client may ask for anything at all. */
    boolean suffice() {
        List<String> enforced = options.enforcedSchemes();
        if (enforced.isEmpty()) return true;
        for (Identity identity : identities) if (enforced.contains(identity.scheme())) return true;
        return false;
    }

    boolean saslEnforced() {
        return options.enforcedSchemes().contains("sasl");
    }

    /** As whoAmI tells it. */
    List<ClientInfo> clientInfos() {
        return identities.stream()
                .map(identity -> new ClientInfo(identity.scheme(), user(identity)))
                .toList();
    }

    private static String user(Identity identity) {
        return switch (identity.scheme()) {
            case "digest" ->
                identity.id().substring(0, Math.max(0, identity.id().indexOf(':')));
            case "super" -> "";
            default -> identity.id();
        };
    }

    /** The client had a certificate that TLS accepted. */
    void certificates() {
        if (!connection.peerCertificates().isEmpty()) x509();
    }

    /** An auth packet; false if it proves nothing. */
    boolean prove(String scheme, byte[] auth) {
        return switch (scheme) {
            case "digest" -> options.digestEnabled() && digest(auth);
            case "ip" -> add(identities.getFirst());
            case "x509" -> x509();
            default -> false;
        };
    }

    private boolean digest(byte[] auth) {
        for (Identity identity : digest(options, new String(auth, StandardCharsets.UTF_8)))
            if (!add(identity)) return false;
        return true;
    }

    /** @param text {@code user:password} */
    private static List<Identity> digest(Authentication options, String text) {
        int colon = text.indexOf(':');
        String user = colon < 0 ? text : text.substring(0, colon);
        String id = user + ":" + Base64.getEncoder().encodeToString(hash(options, text));
        Identity own = new Identity("digest", id);
        boolean isSuper = options.superDigest().map(wanted -> equal(wanted, id)).orElse(false);
        return isSuper ? List.of(Identity.SUPER, own) : List.of(own);
    }

    /**
     * Who somebody has proved to be who asks over HTTP, with a header {@code SCHEME [SPACE AUTH]}; nobody, if it proves nothing.
     *
     * @param address where he comes from
     */
    static List<Identity> ofHeader(Authentication options, String header, InetAddress address) {
        String[] parts = header.split(" ", -1);
        List<Identity> proved = new ArrayList<>();
        if (parts.length == 1 && parts[0].equals("ip")) proved.add(new Identity("ip", address.getHostAddress()));
        if (parts.length == 2 && parts[0].equals("digest") && options.digestEnabled())
            proved.addAll(digest(options, parts[1]));
        if (!proved.isEmpty() && options.skipAcl()) proved.add(Identity.SUPER);
        return List.copyOf(proved);
    }

    private static byte[] hash(Authentication options, String text) {
        try {
            return MessageDigest.getInstance(options.digestAlgorithm()).digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("looked for when the options were read", e);
        }
    }

    private static boolean equal(Secret wanted, String told) {
        return MessageDigest.isEqual(
                wanted.value().getBytes(StandardCharsets.UTF_8), told.getBytes(StandardCharsets.UTF_8));
    }

    private boolean x509() {
        List<X509Certificate> chain = connection.peerCertificates();
        if (chain.isEmpty()) return false;
        String subject = chain.getFirst().getSubjectX500Principal().getName();
        if (options.x509SuperUser().equals(Optional.of(subject)) && !add(new Identity("super", subject))) return false;
        return add(new Identity("x509", subject));
    }

    /**
     * A token of SASL's.
     *
     * @return the answer, null if none is due; also where SASL is not configured, as in the original
     * @throws SaslException if the client has not proved it
     */
    byte[] sasl(byte[] token) throws SaslException {
        if (options.sasl().isEmpty()) return null;
        if (sasl.isEmpty()) sasl = Optional.of(new SaslExchange(options.sasl().get()));
        SaslExchange exchange = sasl.get();
        if (exchange.isComplete()) throw new SaslException("it is proved already");
        byte[] answer = exchange.answer(token);
        if (exchange.isComplete()) {
            String user = exchange.user();
            add(new Identity("sasl", user));
            if (options.sasl().get().superUsers().contains(user)) add(Identity.SUPER);
        }
        return answer;
    }

    boolean staysWithoutSasl() {
        return options.allowSaslFailedClients() && !saslEnforced();
    }

    /** False if there is no room for one more. */
    private boolean add(Identity identity) {
        if (identities.contains(identity)) return true;
        if (identities.size() >= IDENTITIES_MAX) return false;
        List<Identity> more = new ArrayList<>(identities);
        more.add(identity);
        identities = List.copyOf(more);
        return true;
    }
}
