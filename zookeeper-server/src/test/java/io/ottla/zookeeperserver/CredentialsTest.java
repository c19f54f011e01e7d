package io.ottla.zookeeperserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.ClientRequest.Auth;
import io.ottla.zookeeperprotocol.ClientRequest.Create;
import io.ottla.zookeeperprotocol.ClientRequest.Exists;
import io.ottla.zookeeperprotocol.ClientRequest.GetAcl;
import io.ottla.zookeeperprotocol.ClientRequest.GetData;
import io.ottla.zookeeperprotocol.ClientRequest.Ping;
import io.ottla.zookeeperprotocol.ClientRequest.Sasl;
import io.ottla.zookeeperprotocol.ClientRequest.SetAcl;
import io.ottla.zookeeperprotocol.ClientRequest.WhoAmI;
import io.ottla.zookeeperprotocol.OpCode;
import io.ottla.zookeeperprotocol.Xid;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.SaslClient;
import org.junit.jupiter.api.Test;

/** Who clients prove to be, and what they may do then. */
class CredentialsTest {
    /** As the original's tool makes it of {@code bob:secret}. */
    private static final String BOB = "bob:SvCpFDRmrrTWEqhQN6ipOexf2pM=";

    private static TestPort port(String... settings) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) all.put(settings[i], settings[i + 1]);
        return new TestPort(ServerOptions.parse(all));
    }

    private static Auth auth(String scheme, String text) {
        return new Auth(scheme, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Create create(String path, Acl acl) {
        return new Create(OpCode.CREATE, path, new byte[] {'x'}, List.of(acl), 0, -1);
    }

    private static String digest(String userAndPassword) {
        TestPort port = port();
        TestClient client = port.client();
        client.send(Xid.AUTH, auth("digest", userAndPassword));
        client.ask(create("/mine", new Acl(Acl.ALL, "auth", "")));
        String told = client.ask(new GetAcl("/mine")).getLast();
        return told.substring(told.indexOf("id=") + 3, told.indexOf("]"));
    }

    @Test
    void aDigestIsTheOriginals() throws Exception {
        byte[] hash =
                java.security.MessageDigest.getInstance("SHA-1").digest("bob:secret".getBytes(StandardCharsets.UTF_8));
        assertThat(digest("bob:secret"))
                .isEqualTo("bob:" + java.util.Base64.getEncoder().encodeToString(hash));
    }

    @Test
    void whoKnowsThePasswordMayAndNobodyElse() {
        TestPort port = port();
        TestClient a = port.client();
        a.send(Xid.AUTH, auth("digest", "bob:secret"));
        assertThat(a.ask(create("/mine", new Acl(Acl.ALL, "auth", "")), new WhoAmI()))
                .containsExactly("-4 ok", "1 /mine", "2 [ip:10.0.0.1, digest:bob]");
        TestClient b = port.client();
        b.send(Xid.AUTH, auth("digest", "bob:guess"));
        assertThat(b.ask(new GetData("/mine", false), new GetAcl("/mine")))
                .containsExactly("-4 ok", "1 NO_AUTH", "2 NO_AUTH");
    }

    @Test
    void whatWasAskedBeforeAProofIsNotChangedByIt() {
        TestPort port = port();
        TestClient a = port.client();
        a.send(Xid.AUTH, auth("digest", "bob:secret"));
        a.ask(create("/mine", new Acl(Acl.ALL, "auth", "")));
        TestClient b = port.client();
        b.send(create("/b", Acl.OPEN.getFirst()), new GetData("/mine", false));
        b.send(Xid.AUTH, auth("digest", "bob:secret"));
        b.send(new GetData("/mine", false));
        port.drain();
        assertThat(b.told()).containsExactly("-4 ok", "1 /b", "2 NO_AUTH", "3 'x' v0");
    }

    @Test
    void superMayDoEverything() {
        TestPort port = port("DigestAuthenticationProvider.superDigest", digest("root:pw"));
        TestClient a = port.client();
        a.ask(create("/closed", new Acl(Acl.ALL, "ip", "10.9.9.9")));
        assertThat(a.ask(new GetData("/closed", false))).containsExactly("2 NO_AUTH");
        a.send(Xid.AUTH, auth("digest", "root:pw"));
        assertThat(a.ask(new GetData("/closed", false), new WhoAmI()))
                .containsExactly("-4 ok", "3 'x' v0", "4 [ip:10.0.0.1, super:, digest:root]");
    }

    @Test
    void addressesAreComparedByRange() {
        TestPort port = port();
        TestClient a = port.client();
        assertThat(a.ask(
                        create("/net", new Acl(Acl.ALL, "ip", "10.0.0.0/8")),
                        create("/other", new Acl(Acl.ALL, "ip", "11.0.0.0/8")),
                        create("/six", new Acl(Acl.ALL, "ip", "2001:db8::/32")),
                        create("/wrong", new Acl(Acl.ALL, "ip", "10.0.0.0/33")),
                        new GetData("/net", false),
                        new GetData("/other", false),
                        new GetData("/six", false)))
                .containsExactly("1 /net", "2 /other", "3 /six", "4 INVALID_ACL", "5 'x' v0", "6 NO_AUTH", "7 NO_AUTH");
    }

    @Test
    void aProofThatFailsClosesTheConnection() {
        for (Auth wrong :
                List.of(auth("kerberos", "x"), auth("x509", ""), auth("sasl", "x"), auth("world", "anyone"))) {
            TestPort port = port();
            TestClient a = port.client();
            a.send(Xid.AUTH, wrong);
            a.send(new Exists("/", false));
            port.drain();
            assertThat(a.told()).as(wrong.scheme()).containsExactly("-4 AUTH_FAILED", "closed");
        }
    }

    @Test
    void whereAProofIsDemandedNothingElseIsServed() {
        TestPort port = port("enforce.auth.enabled", "true", "enforce.auth.schemes", "digest, sasl");
        TestClient a = port.client();
        assertThat(a.ask(new Exists("/", false))).containsExactly("1 SESSION_CLOSED_REQUIRE_SASL_AUTH", "closed");
        TestClient b = port.client();
        b.send(Xid.PING, new Ping());
        port.drain();
        assertThat(b.told()).containsExactly("-2 SESSION_CLOSED_REQUIRE_SASL_AUTH", "closed");
        TestClient c = port.client();
        c.send(Xid.AUTH, auth("digest", "bob:secret"));
        assertThat(c.ask(new Exists("/", false))).containsExactly("-4 ok", "1 v0");
    }

    @Test
    void aclsMayBeSwitchedOff() {
        TestPort port = port("skipACL", "yes");
        TestClient a = port.client();
        assertThat(a.ask(
                        create("/closed", new Acl(Acl.ALL, "ip", "10.9.9.9")),
                        new GetData("/closed", false),
                        new SetAcl("/closed", Acl.OPEN, -1),
                        new WhoAmI()))
                .containsExactly("1 /closed", "2 'x' v0", "3 v0", "4 [ip:10.0.0.1]");
    }

    // ---- certificates ----

    /** Of CN=alice,O=Ottla,C=NL. */
    private static final String ALICE = """
            -----BEGIN CERTIFICATE-----
            MIIBsTCCAVegAwIBAgIUNfgC3EigkYrjpCeDCJLW0COPxp4wCgYIKoZIzj0EAwIw
            LTELMAkGA1UEBhMCTkwxDjAMBgNVBAoMBU90dGxhMQ4wDAYDVQQDDAVhbGljZTAg
            Fw0yNjExMjAxMjA3MDFaGA8yMTI2MTAyNzEyMDcwMVowLTELMAkGA1UEBhMCTkwx
            DjAMBgNVBAoMBU90dGxhMQ4wDAYDVQQDDAVhbGljZTBZMBMGByqGSM49AgEGCCqG
            SM49AwEHA0IABAJVZ8lUbkp91auN3vvhMCy8PPfLAtL8g4Ok2aUvNSeHPG8VzaPv
            Xh7Cy2hRiDhoQiPccyaixXNz57mWNIbrwCyjUzBRMB0GA1UdDgQWBBSXRfbDBc1C
            0xP+f47baZfkDyGnrDAfBgNVHSMEGDAWgBSXRfbDBc1C0xP+f47baZfkDyGnrDAP
            BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIAigEGHvG7PeC5/HQ+0x
            oWAF9m/1VAFPgqX1DDLivdwjAiEAvd1UwRzOAywJaFy17l4rDCVLW+UR4FoyfgHx
            KIUnDMk=
            -----END CERTIFICATE-----
            """;

    private static List<X509Certificate> alice() throws CertificateException {
        return List.of((X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(ALICE.getBytes(StandardCharsets.US_ASCII))));
    }

    private static TestClient withCertificate(TestPort port) throws CertificateException {
        TestClient client = port.connection(alice());
        client.connect(0, new byte[16], 10_000, 0);
        port.drain();
        assertThat(client.opened()).startsWith("opened");
        return client;
    }

    @Test
    void theOwnerOfACertificateIsItsSubject() throws Exception {
        TestPort port = port();
        TestClient a = withCertificate(port);
        assertThat(a.ask(create("/mine", new Acl(Acl.ALL, "x509", "CN=alice,O=Ottla,C=NL")), new WhoAmI()))
                .containsExactly("1 /mine", "2 [ip:10.0.0.1, x509:CN=alice,O=Ottla,C=NL]");
        assertThat(port.client().ask(new GetData("/mine", false))).containsExactly("1 NO_AUTH");
        a.send(Xid.AUTH, auth("x509", ""));
        assertThat(a.ask(new GetData("/mine", false))).containsExactly("-4 ok", "3 'x' v0");
    }

    @Test
    void aCertificateMayBeThatOfTheSuperUser() throws Exception {
        TestPort port = port("X509AuthenticationProvider.superUser", "CN=alice,O=Ottla,C=NL");
        port.client().ask(create("/closed", new Acl(Acl.ALL, "ip", "10.9.9.9")));
        assertThat(withCertificate(port).ask(new GetData("/closed", false))).containsExactly("1 'x' v0");
    }

    // ---- SASL ----

    private static TestPort saslPort(String... more) {
        List<String> all = new ArrayList<>(
                List.of("jaas.Server.user.bob", "secret", "jaas.Server.user.super", "power", "superUser", "super"));
        all.addAll(List.of(more));
        return port(all.toArray(String[]::new));
    }

    private static void prove(TestPort port, TestClient client, String user, String password) throws IOException {
        SaslClient sasl = javax.security.sasl.Sasl.createSaslClient(
                new String[] {"DIGEST-MD5"}, null, "zookeeper", "zk-sasl-md5", Map.of(), callbacks -> {
                    for (Callback callback : callbacks) {
                        switch (callback) {
                            case NameCallback name -> name.setName(user);
                            case PasswordCallback secret -> secret.setPassword(password.toCharArray());
                            case RealmCallback realm -> realm.setText(realm.getDefaultText());
                            default -> throw new AssertionError(callback);
                        }
                    }
                });
        byte[] token = {};
        while (!sasl.isComplete()) {
            client.send(new Sasl(token));
            port.drain();
            token = sasl.evaluateChallenge(client.lastToken());
        }
    }

    @Test
    void aUserOfTheJaasFileProvesItself() throws Exception {
        TestPort port = saslPort();
        TestClient a = port.client();
        prove(port, a, "bob", "secret");
        assertThat(a.ask(create("/s", new Acl(Acl.ALL, "sasl", "bob")), new WhoAmI()))
                .containsExactly("3 /s", "4 [ip:10.0.0.1, sasl:bob]");
        TestClient b = port.client();
        assertThat(b.ask(new GetData("/s", false))).containsExactly("1 NO_AUTH");
        TestClient root = port.client();
        prove(port, root, "super", "power");
        assertThat(root.ask(new GetData("/s", false))).containsExactly("3 'x' v0");
    }

    @Test
    void whoDoesNotKnowThePasswordIsSentAway() {
        TestPort port = saslPort();
        for (String[] pair : new String[][] {{"bob", "guess"}, {"eve", "secret"}}) {
            TestClient a = port.client();
            assertThatThrownBy(() -> prove(port, a, pair[0], pair[1])).hasMessage("AUTH_FAILED");
            assertThat(a.told()).containsExactly("closed");
        }
    }

    @Test
    void orMayStayAsNobody() {
        TestPort port = saslPort("allowSaslFailedClients", "true");
        TestClient a = port.client();
        a.send(new Sasl(new byte[0]));
        port.drain();
        a.told();
        assertThat(a.ask(new Sasl("rubbish".getBytes(StandardCharsets.UTF_8)), new WhoAmI()))
                .containsExactly("2 no token", "3 [ip:10.0.0.1]");
    }

    @Test
    void whereSaslIsDemandedAFailureSaysSo() {
        TestPort port = saslPort("sessionRequireClientSASLAuth", "true", "allowSaslFailedClients", "true");
        TestClient a = port.client();
        a.send(new Sasl(new byte[0]));
        port.drain();
        a.told();
        assertThat(a.ask(new Sasl(new byte[] {1, 2, 3})))
                .containsExactly("2 SESSION_CLOSED_REQUIRE_SASL_AUTH", "closed");
    }

    @Test
    void passwordsAreNotShown() {
        String shown = ServerOptions.parse(
                        Map.of("jaas.Server.user.bob", "hush", "DigestAuthenticationProvider.superDigest", BOB))
                .toString();
        assertThat(shown).doesNotContain("hush").doesNotContain(BOB);
    }
}
