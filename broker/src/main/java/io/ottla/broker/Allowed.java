package io.ottla.broker;

import java.math.BigInteger;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * What a key's value may be, in Kafka 4's words. And which allowed value comes nearest to one that is not: an older Kafka
 * allowed more, and other programs write what they like into znodes.
 */
sealed interface Allowed {
    /**
     * @param value of the key's type
     * @throws ConfigException if it is not allowed; the message is for people
     */
    void check(String name, Object value);

    /** The allowed value nearest to one that is not; empty if nothing of it can be read. */
    Optional<String> nearest(String value, ConfigDef.Type type);

    /** Whatever the type can hold. */
    record Anything() implements Allowed {
        @Override
        public void check(String name, Object value) {}

        @Override
        public Optional<String> nearest(String value, ConfigDef.Type type) {
            return Numbers.within(value, type, Optional.empty(), Optional.empty());
        }
    }

    /** Both ends belong to it. */
    record Range(Number min, Optional<Number> max) implements Allowed {
        @Override
        public void check(String name, Object value) {
            ConfigDef.Range range =
                    max.isEmpty() ? ConfigDef.Range.atLeast(min) : ConfigDef.Range.between(min, max.get());
            range.ensureValid(name, value);
        }

        @Override
        public Optional<String> nearest(String value, ConfigDef.Type type) {
            return Numbers.within(value, type, Optional.of(min), max);
        }
    }

    record Word(List<String> words) implements Allowed {
        @Override
        public void check(String name, Object value) {
            ConfigDef.ValidString.in(words.toArray(String[]::new)).ensureValid(name, value);
        }

        @Override
        public Optional<String> nearest(String value, ConfigDef.Type type) {
            return Words.find(value, words);
        }
    }

    /** A list of them; one that stands there twice counts once (KAFKA-19875). */
    record Words(List<String> words) implements Allowed {
        @Override
        public void check(String name, Object value) {
            ConfigDef.ValidList.in(words.toArray(String[]::new)).ensureValid(name, value);
        }

        /** What can be read of it: {@code compact,delet} is {@code compact}. If nothing can, the empty list. */
        @Override
        public Optional<String> nearest(String value, ConfigDef.Type type) {
            Set<String> read = new LinkedHashSet<>();
            for (String item : value.split(",", -1)) find(item, words).ifPresent(read::add);
            return Optional.of(String.join(",", read));
        }

        private static Optional<String> find(String text, List<String> words) {
            return words.stream()
                    .filter(word -> word.equalsIgnoreCase(text.strip()))
                    .findFirst();
        }
    }

    /** Of gzip: 1 to 9, or −1 for its own choice. */
    record GzipLevel() implements Allowed {
        @Override
        public void check(String name, Object value) {
            int level = (int) value;
            if (level != -1 && (level < 1 || level > 9))
                throw new ConfigException(name, value, "Value must be between 1 and 9 or equal to -1");
        }

        @Override
        public Optional<String> nearest(String value, ConfigDef.Type type) {
            return Numbers.within(value, type, Optional.of(-1), Optional.of(9))
                    .map(level -> level.equals("0") ? "1" : level);
        }
    }

    /** {@code *}, or a list of {@code partition:broker}. */
    record ThrottledReplicas() implements Allowed {
        private static final Pattern REPLICA = Pattern.compile("\\d+:\\d+|\\*");

        @Override
        public void check(String name, Object value) {
            for (Object item : (List<?>) value) {
                if (!REPLICA.matcher(item.toString()).matches())
                    throw new ConfigException(
                            name,
                            value,
                            "must be the literal '*' or a list of replicas in the format [partitionId]:[brokerId]");
            }
        }

        @Override
        public Optional<String> nearest(String value, ConfigDef.Type type) {
            return Optional.of(Pattern.compile(",")
                    .splitAsStream(value)
                    .map(String::strip)
                    .filter(item -> REPLICA.matcher(item).matches())
                    .collect(Collectors.joining(",")));
        }
    }

    /** Where a group begins: {@code earliest}, {@code latest}, {@code by_duration:} and how long ago. */
    record OffsetReset() implements Allowed {
        private static final Pattern DURATION =
                Pattern.compile("by_duration:P(?!$)[0-9DTHMS.]+", Pattern.CASE_INSENSITIVE);

        @Override
        public void check(String name, Object value) {
            String text = value.toString();
            boolean isKnown = text.equals("latest")
                    || text.equals("earliest")
                    || DURATION.matcher(text).matches();
            if (!isKnown)
                throw new ConfigException(name, value, "must be latest, earliest, or by_duration:PnDTnHnMn.nS");
        }

        @Override
        public Optional<String> nearest(String value, ConfigDef.Type type) {
            return Words.find(value, List.of("latest", "earliest"));
        }
    }

    /** Off: there is no tiered storage here. */
    record NoTieredStorage() implements Allowed {
        @Override
        public void check(String name, Object value) {
            if ((boolean) value)
                throw new ConfigException("Tiered Storage functionality is disabled in the broker."
                        + " Topic cannot be configured with remote log storage.");
        }

        @Override
        public Optional<String> nearest(String value, ConfigDef.Type type) {
            return Optional.of("false");
        }
    }

    /** Numbers as text. */
    final class Numbers {
        private Numbers() {}

        /** As near to it as the type and the ends allow; empty if it is no number, or the type holds none. */
        static Optional<String> within(String value, ConfigDef.Type type, Optional<Number> min, Optional<Number> max) {
            try {
                return switch (type) {
                    case SHORT -> whole(value, Short.MIN_VALUE, Short.MAX_VALUE, min, max);
                    case INT -> whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE, min, max);
                    case LONG -> whole(value, Long.MIN_VALUE, Long.MAX_VALUE, min, max);
                    case DOUBLE -> real(value, min, max);
                    case BOOLEAN, STRING, LIST, CLASS, PASSWORD -> Optional.empty();
                };
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }

        private static Optional<String> whole(
                String value, long least, long most, Optional<Number> min, Optional<Number> max) {
            // longer ones are no numbers that anybody meant, and take long to read
            if (value.strip().length() > DIGITS_MAX) return Optional.empty();
            BigInteger low = BigInteger.valueOf(
                    Math.max(least, min.map(Number::longValue).orElse(least)));
            BigInteger high =
                    BigInteger.valueOf(Math.min(most, max.map(Number::longValue).orElse(most)));
            return Optional.of(new BigInteger(value.strip()).max(low).min(high).toString());
        }

        private static Optional<String> real(String value, Optional<Number> min, Optional<Number> max) {
            double number = Double.parseDouble(value.strip());
            if (Double.isNaN(number)) return Optional.empty();
            double low = min.map(Number::doubleValue).orElse(-Double.MAX_VALUE);
            double high = max.map(Number::doubleValue).orElse(Double.MAX_VALUE);
            return Optional.of(Double.toString(Math.clamp(number, low, high)));
        }

        private static final int DIGITS_MAX = 100;
    }
}
