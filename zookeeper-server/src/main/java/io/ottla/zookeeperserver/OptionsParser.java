package io.ottla.zookeeperserver;

import io.ottla.base.Secret;
import io.ottla.zookeeperprotocol.FourLetterWord;
import io.ottla.zookeeperserver.ServerOptions.Authentication;
import io.ottla.zookeeperserver.ServerOptions.Limits;
import io.ottla.zookeeperserver.ServerOptions.Sasl;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The settings of a zoo.cfg that concern the client port. What the original knows as system properties stands here without {@code zookeeper.}
 * before it, which is how the original takes it from the file.
 *
 * <pre>
 * jute.maxbuffer  globalOutstandingLimit  request_throttle_max_requests  largeRequestThreshold  largeRequestMaxBytes
 * connection_throttle_tokens/_fill_time/_fill_count
 * 4lw.commands.whitelist  readonlymode.enabled  reconfigEnabled  skipACL  maxClientCnxns  clientPort  secureClientPort  tickTime
 * minSessionTimeout  maxSessionTimeout  clientPortListenBacklog  dataDir  dataLogDir
 * DigestAuthenticationProvider.enabled/.digestAlg/.superDigest  X509AuthenticationProvider.superUser
 * enforce.auth.enabled/.schemes  sessionRequireClientSASLAuth  allowSaslFailedClients
 * fsync.warningthresholdms  admin.snapshot.enabled  admin.restore.enabled  admin.rateLimiterIntervalInMS
 * superUser, superUser.*  SASLAuthenticationProvider.superPassword
 * jaas.Server.user.NAME=PASSWORD     what {@link JaasFile} found, put there by whoever read that file
 * </pre>
 */
public final class OptionsParser {
    private OptionsParser() {}

    /** Before the name of each user of the SASL server's section of the JAAS file. */
    public static final String JAAS_USER = "jaas.Server.user.";

    private static final Set<String> KNOWN = Set.of(
            "jute.maxbuffer",
            "globalOutstandingLimit",
            "request_throttle_max_requests",
            "connection_throttle_tokens",
            "connection_throttle_fill_time",
            "connection_throttle_fill_count",
            "largeRequestThreshold",
            "largeRequestMaxBytes",
            "4lw.commands.whitelist",
            "readonlymode.enabled",
            "reconfigEnabled",
            "skipACL",
            "maxClientCnxns",
            "clientPort",
            "secureClientPort",
            "tickTime",
            "minSessionTimeout",
            "maxSessionTimeout",
            "clientPortListenBacklog",
            "dataDir",
            "dataLogDir",
            "DigestAuthenticationProvider.enabled",
            "DigestAuthenticationProvider.digestAlg",
            "DigestAuthenticationProvider.superDigest",
            "X509AuthenticationProvider.superUser",
            "fsync.warningthresholdms",
            "admin.snapshot.enabled",
            "admin.restore.enabled",
            "admin.rateLimiterIntervalInMS",
            "enforce.auth.enabled",
            "enforce.auth.schemes",
            "sessionRequireClientSASLAuth",
            "allowSaslFailedClients",
            "SASLAuthenticationProvider.superPassword",
            "superUser");

    private static final Set<String> SCHEMES = Set.of("digest", "ip", "sasl", "x509");

    /** Whether the key is one that is read here. */
    public static boolean knows(String key) {
        return KNOWN.contains(key) || key.startsWith("superUser.") || key.startsWith(JAAS_USER);
    }

    /** @throws IllegalArgumentException with a sentence for people, if a value cannot be */
    static ServerOptions parse(Map<String, String> settings) {
        Limits standard = Limits.DEFAULT;
        Limits limits = new Limits(
                integer(settings, "globalOutstandingLimit", standard.outstandingMax(), 1),
                standard.outstandingPerConnectionMax(),
                standard.outstandingBytesPerConnectionMax(),
                standard.outstandingBytesMax(),
                integer(settings, "request_throttle_max_requests", standard.throttledRequestsMax(), 0),
                integer(settings, "largeRequestThreshold", standard.largeRequestBytes(), -1),
                integer(settings, "largeRequestMaxBytes", (int) standard.largeRequestsBytesMax(), 1),
                standard.unsentBytesMax(),
                standard.notificationBytesMax(),
                standard.connectMsMax());
        return new ServerOptions(
                integer(settings, "jute.maxbuffer", ServerOptions.PACKET_BYTES_MAX, 1024),
                limits,
                authentication(settings),
                whitelist(settings),
                bool(settings, "reconfigEnabled", false),
                new ServerOptions.Connecting(
                        integer(settings, "connection_throttle_tokens", 0, 0),
                        integer(settings, "connection_throttle_fill_time", 1, 1),
                        integer(settings, "connection_throttle_fill_count", 1, 0),
                        ServerOptions.Connecting.DEFAULT.sessionsMax()),
                integer(settings, "fsync.warningthresholdms", ServerOptions.SLOW_SYNC_MS, 0),
                new ServerOptions.Backups(
                        bool(settings, "admin.snapshot.enabled", true),
                        bool(settings, "admin.restore.enabled", true),
                        integer(
                                settings,
                                "admin.rateLimiterIntervalInMS",
                                ServerOptions.Backups.DEFAULT.intervalMs(),
                                0)),
                described(settings));
    }

    private static ServerOptions.Described described(Map<String, String> settings) {
        int tickTimeMs = integer(settings, "tickTime", 3000, 1);
        String dataDir = settings.getOrDefault("dataDir", "");
        return new ServerOptions.Described(
                integer(settings, "clientPort", -1, -1),
                integer(settings, "secureClientPort", -1, -1),
                dataDir,
                settings.getOrDefault("dataLogDir", dataDir),
                tickTimeMs,
                integer(settings, "maxClientCnxns", 60, 0),
                integer(settings, "minSessionTimeout", 2 * tickTimeMs, -1),
                integer(settings, "maxSessionTimeout", 20 * tickTimeMs, -1),
                integer(settings, "clientPortListenBacklog", -1, -1),
                0);
    }

    /** {@code srvr} always, since the original's own scripts need it; {@code isro} with read-only mode. */
    private static Set<FourLetterWord> whitelist(Map<String, String> settings) {
        Set<FourLetterWord> words = EnumSet.of(FourLetterWord.SRVR);
        if (bool(settings, "readonlymode.enabled", false)) words.add(FourLetterWord.ISRO);
        for (String name : list(settings.getOrDefault("4lw.commands.whitelist", ""))) {
            if (name.equals("*")) return EnumSet.allOf(FourLetterWord.class);
            for (FourLetterWord word : FourLetterWord.values()) if (word.word().equals(name)) words.add(word);
        }
        return words;
    }

    private static Authentication authentication(Map<String, String> settings) {
        Authentication standard = Authentication.DEFAULT;
        String algorithm = settings.getOrDefault("DigestAuthenticationProvider.digestAlg", standard.digestAlgorithm());
        try {
            MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalArgumentException(
                    "DigestAuthenticationProvider.digestAlg: this Java has no digest " + algorithm, e);
        }
        return new Authentication(
                bool(settings, "DigestAuthenticationProvider.enabled", standard.digestEnabled()),
                algorithm,
                text(settings, "DigestAuthenticationProvider.superDigest").map(Secret::new),
                text(settings, "X509AuthenticationProvider.superUser"),
                sasl(settings),
                enforcedSchemes(settings),
                bool(settings, "allowSaslFailedClients", false),
                settings.getOrDefault("skipACL", "").equals("yes"));
    }

    private static List<String> enforcedSchemes(Map<String, String> settings) {
        if (bool(settings, "sessionRequireClientSASLAuth", false)) return List.of("sasl");
        if (!bool(settings, "enforce.auth.enabled", false)) return List.of();
        List<String> schemes = list(settings.getOrDefault("enforce.auth.schemes", ""));
        if (schemes.isEmpty())
            throw new IllegalArgumentException(
                    "enforce.auth.enabled is true: say in enforce.auth.schemes which schemes are accepted");
        for (String scheme : schemes)
            if (!SCHEMES.contains(scheme))
                throw new IllegalArgumentException(
                        "enforce.auth.schemes: there is no scheme " + scheme + ", but digest, ip, sasl and x509");
        return schemes;
    }

    private static Optional<Sasl> sasl(Map<String, String> settings) {
        Map<String, Secret> passwords = new HashMap<>();
        SortedSet<String> superUsers = new TreeSet<>();
        settings.forEach((key, value) -> {
            if (key.startsWith(JAAS_USER)) passwords.put(key.substring(JAAS_USER.length()), new Secret(value));
            if (key.equals("superUser") || key.startsWith("superUser.")) superUsers.add(value);
        });
        if (passwords.isEmpty()) return Optional.empty();
        text(settings, "SASLAuthenticationProvider.superPassword").ifPresent(password -> {
            if (passwords.containsKey("super")) passwords.put("super", new Secret(password));
        });
        return Optional.of(new Sasl(passwords, new HashSet<>(superUsers)));
    }

    private static Optional<String> text(Map<String, String> settings, String key) {
        return Optional.ofNullable(settings.get(key)).filter(value -> !value.isEmpty());
    }

    private static List<String> list(String text) {
        List<String> entries = new ArrayList<>();
        for (String entry : text.split(",", -1)) if (!entry.isBlank()) entries.add(entry.strip());
        return entries;
    }

    private static boolean bool(Map<String, String> settings, String key, boolean standard) {
        String value = settings.get(key);
        return value == null ? standard : Boolean.parseBoolean(value.strip());
    }

    private static int integer(Map<String, String> settings, String key, int standard, int min) {
        String value = settings.get(key);
        if (value == null || value.isBlank()) return standard;
        try {
            int number = Integer.decode(value.strip());
            if (number >= min) return number;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + ": '" + value + "' is not a number", e);
        }
        throw new IllegalArgumentException(key + ": must be " + min + " or more, but is " + value);
    }
}
