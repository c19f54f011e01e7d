package io.ottla.cli;

import io.ottla.zookeeperserver.JaasFile;
import io.ottla.zookeeperserver.OptionsParser;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** The properties of a configuration file, if there is one, and those of the command line over them. */
final class ConfigFile {
    private static final String KIND = "configuration file";
    private static final String DYNAMIC = "dynamicConfigFile";
    private static final String PASSWORD_PATH = ".passwordPath";

    /** System properties, as for any Java server. */
    private static final String JAAS_FILE = "java.security.auth.login.config";

    private static final String JAAS_SECTION = "zookeeper.sasl.serverconfig";

    private final Map<String, String> file = new LinkedHashMap<>();
    private final Map<String, String> overrides = new LinkedHashMap<>();
    private final Map<String, String> logging = new LinkedHashMap<>();

    /**
     * @param path null for no file
     * @param overrides each {@code KEY=VALUE}
     */
    ConfigFile(Path path, List<String> overrides) throws CommandFailed {
        if (path != null) {
            file.putAll(read(KIND, path));
            // where the original moves the lines of its servers to
            String dynamic = file.get(DYNAMIC);
            if (dynamic != null) read(KIND, Path.of(dynamic.strip())).forEach(file::putIfAbsent);
        }
        for (String override : overrides) {
            int equals = override.indexOf('=');
            if (equals < 1) throw new CommandFailed("--override " + override + ": KEY=VALUE is wanted");
            this.overrides.put(override.substring(0, equals).strip(), override.substring(equals + 1));
        }
        setAsideLogging(file);
        setAsideLogging(this.overrides);
    }

    /** The log is the process's, not the node's. */
    private void setAsideLogging(Map<String, String> from) {
        from.forEach((key, value) -> {
            if (LogOptions.isKey(key)) logging.put(key, value);
        });
        from.keySet().removeIf(LogOptions::isKey);
    }

    /** What is said of the log: for {@link LogOptions}. */
    Map<String, String> logging() {
        return logging;
    }

    /** @param kind what the file is to a person, such as {@code configuration file} */
    static Map<String, String> read(String kind, Path path) throws CommandFailed {
        Properties read = new Properties();
        try {
            read.load(new StringReader(text(kind, path)));
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(kind, path, e);
        }
        Map<String, String> all = new LinkedHashMap<>();
        read.stringPropertyNames().forEach(key -> all.put(key, read.getProperty(key)));
        return all;
    }

    /** That a file which a person named is of no use. */
    static CommandFailed unreadable(String kind, Path file, Exception cause) {
        if (cause instanceof NoSuchFileException) return new CommandFailed("there is no " + kind + " " + file);
        // of which the message is the file's name
        String why = cause instanceof AccessDeniedException ? "access is denied" : cause.getMessage();
        return new CommandFailed("the " + kind + " " + file + " cannot be read: " + why);
    }

    /** UTF-8; or else Latin-1, which Java's own reader of such files expects. */
    private static String text(String kind, Path path) throws CommandFailed, IOException {
        byte[] bytes = Files.readAllBytes(path);
        for (byte each : bytes)
            if (each == 0) throw new CommandFailed("the " + kind + " " + path + " is not a text file");
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    Map<String, String> file() {
        return file;
    }

    Map<String, String> overrides() {
        return overrides;
    }

    /** The users that the JAAS file names for the server, if there is a JAAS file, under the keys that {@link OptionsParser} takes. */
    private static Map<String, String> jaasUsers() throws CommandFailed {
        String path = System.getProperty(JAAS_FILE);
        if (path == null || path.isBlank()) return Map.of();
        Map<String, String> users = new LinkedHashMap<>();
        try {
            JaasFile.users(Files.readString(Path.of(path)), System.getProperty(JAAS_SECTION, "Server"))
                    .ifPresent(found ->
                            found.forEach((user, password) -> users.put(OptionsParser.JAAS_USER + user, password)));
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable("JAAS file", Path.of(path), e);
        }
        return users;
    }

    /** With passwords in place of the files that ZooKeeper's {@code ssl.*.passwordPath} names, and what a JAAS file says. */
    Map<String, String> all() throws CommandFailed {
        Map<String, String> all = new LinkedHashMap<>(file);
        all.putAll(overrides);
        all.putAll(jaasUsers());
        readPasswords("", all);
        return all;
    }

    /** The system properties that the process was given, with passwords likewise. */
    Map<String, String> jvm() throws CommandFailed {
        Map<String, String> all = new LinkedHashMap<>();
        for (String name : System.getProperties().stringPropertyNames()) all.put(name, System.getProperty(name, ""));
        readPasswords("zookeeper.", all);
        return all;
    }

    private static void readPasswords(String prefix, Map<String, String> all) throws CommandFailed {
        for (String key : List.copyOf(all.keySet())) {
            if (!key.startsWith(prefix) || !key.endsWith(PASSWORD_PATH)) continue;
            Path path = Path.of(all.remove(key).strip());
            try {
                all.put(
                        key.substring(0, key.length() - "Path".length()),
                        Files.readString(path).strip());
            } catch (IOException e) {
                throw new CommandFailed(key + ": " + unreadable("file", path, e).getMessage());
            }
        }
    }
}
