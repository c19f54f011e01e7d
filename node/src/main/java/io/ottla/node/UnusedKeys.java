package io.ottla.node;

import io.ottla.broker.BrokerConfigs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is said of settings that change nothing. Those that Kafka or ZooKeeper know are set on purpose and named together;
 * one that nobody knows may be a plug-in's, or a slip of the pen: it is named with what it was perhaps meant for. Kafka takes
 * any, so these are warnings. Only {@code ottla.} is nobody's but ours: there no plug-in can be meant, and what somebody
 * believes to have set does not hold, so that is refused.
 */
final class UnusedKeys {
    private static final Set<String> ELSEWHERE = read("other-keys.txt");
    private static final String OURS = "ottla.";
    private static final String OF_LISTENER = "listener.name.";

    /** What {@link JvmSettings} names is ZooKeeper's. */
    private static final String OF_JVM = "-D";

    /** Keys in one line. */
    private static final int NAMED_MAX = 30;

    private final Set<String> known;
    private final Set<String> listeners;

    /**
     * @param read what this node asked for: by being asked for a name is known
     * @param listeners names of listeners, as they are configured; of those there is none in a zoo.cfg
     */
    UnusedKeys(Collection<String> read, Collection<String> listeners) {
        known = new TreeSet<>(BrokerConfigs.names());
        known.addAll(read);
        ELSEWHERE.stream().filter(name -> !name.endsWith(".")).forEach(known::add);
        this.listeners = new TreeSet<>();
        listeners.forEach(name -> this.listeners.add(name.toLowerCase(Locale.ROOT)));
    }

    /**
     * Sentences about them; none if there are none.
     *
     * @param all that is set
     * @param unused of those, what nobody asked for
     */
    List<String> warnings(Collection<String> all, Collection<String> unused) throws InvalidConfigException {
        List<String> withoutEffect = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (String key : new TreeSet<>(unused)) {
            if (key.startsWith(OURS))
                throw new InvalidConfigException(key + ": there is no such setting" + suggestion(key, known)
                        + "; leave it out, or correct its name");
            if (isKnown(key)) withoutEffect.add(key);
            else unknown.add(key + suggestion(key, known));
        }
        for (String key : new TreeSet<>(all)) strangeListener(key).ifPresent(unknown::add);
        List<String> warnings = new ArrayList<>();
        if (!withoutEffect.isEmpty()) warnings.add("set, but without effect here: " + named(withoutEffect));
        if (!unknown.isEmpty()) warnings.add("set, but not known, and so without effect: " + named(unknown));
        return warnings;
    }

    private static String named(List<String> keys) {
        if (keys.size() <= NAMED_MAX) return String.join(", ", keys);
        return String.join(", ", keys.subList(0, NAMED_MAX)) + " and " + (keys.size() - NAMED_MAX) + " more";
    }

    private boolean isKnown(String key) {
        if (key.startsWith(OF_JVM)) return true;
        if (key.startsWith(OF_LISTENER)) return isKnownOfListener(key);
        return known.contains(key)
                || ELSEWHERE.stream().anyMatch(prefix -> prefix.endsWith(".") && key.startsWith(prefix));
    }

    /** {@code listener.name.LISTENER.KEY}, or with a SASL mechanism between the two. */
    private boolean isKnownOfListener(String key) {
        for (int dot = key.indexOf('.', OF_LISTENER.length()); dot >= 0; dot = key.indexOf('.', dot + 1))
            if (known.contains(key.substring(dot + 1))) return true;
        return false;
    }

    private Optional<String> strangeListener(String key) {
        int dot = key.startsWith(OF_LISTENER) ? key.indexOf('.', OF_LISTENER.length()) : -1;
        if (dot < 0 || listeners.isEmpty()) return Optional.empty();
        String listener = key.substring(OF_LISTENER.length(), dot);
        if (listeners.contains(listener.toLowerCase(Locale.ROOT))) return Optional.empty();
        String meant = nearest(listener, listeners)
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
        return Optional.of(key + " (there is no such listener" + meant + ")");
    }

    private static String suggestion(String key, Set<String> names) {
        if (key.startsWith(OF_LISTENER)) {
            int dot = key.indexOf('.', OF_LISTENER.length());
            if (dot < 0) return "";
            return nearest(key.substring(dot + 1), names)
                    .map(name -> " (did you mean " + key.substring(0, dot + 1) + name + "?)")
                    .orElse("");
        }
        return nearest(key, names).map(name -> " (did you mean " + name + "?)").orElse("");
    }

    /** The name that differs least, if it does not differ much: a slip of the pen is one letter, or two in a long name. */
    static Optional<String> nearest(String key, Collection<String> names) {
        String meant = key.startsWith(OURS) ? key.substring(OURS.length()) : key;
        Optional<String> nearest = Optional.empty();
        int most = meant.length() < 5 ? 0 : meant.length() < 12 ? 2 : 3;
        int least = Integer.MAX_VALUE;
        for (String name : names) {
            if (Math.abs(name.length() - meant.length()) > most) continue;
            int distance = distance(meant.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
            if (distance > most) continue;
            // of two that differ in nothing but capitals, the one with the right ones
            int both = distance + distance(meant, name);
            if (both >= least) continue;
            least = both;
            nearest = Optional.of(name);
        }
        return nearest;
    }

    /** How many letters have to be put in, left out, replaced or exchanged with their neighbour (optimal string alignment). */
    static int distance(String from, String to) {
        int[][] d = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) d[i][0] = i;
        for (int j = 0; j <= to.length(); j++) d[0][j] = j;
        for (int i = 1; i <= from.length(); i++) {
            for (int j = 1; j <= to.length(); j++) {
                int replaced = d[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(replaced, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                boolean isSwapped = i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
                if (isSwapped) d[i][j] = Math.min(d[i][j], 1 + d[i - 2][j - 2]);
            }
        }
        return d[from.length()][to.length()];
    }

    private static Set<String> read(String resource) {
        try (InputStream in = UnusedKeys.class.getResourceAsStream(resource);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            Set<String> names = new HashSet<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine())
                if (!line.isBlank() && !line.startsWith("#")) names.addAll(List.of(line.split(" ", -1)));
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
