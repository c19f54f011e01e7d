package io.ottla.cluster;

import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a broker of ours says of itself: the data of {@code /ottla/brokers/ID}, which outlives the broker. It is written in one transaction with
 * {@code /brokers/ids/ID} ({@link BrokerImage}) and belongs to that znode as long as the timestamps are the same; beside another one, which a Kafka
 * broker wrote, it is a thing of the past.
 *
 * <pre>
 * {"version":1,
 *  "timestamp":"169…",              that of /brokers/ids/ID, milliseconds
 *  "incarnation":"…",               an id that each start of the process makes anew
 *  "directories":["…","…"],         the ids of its log directories (directory.id in meta.properties)
 *  "clean":true,                    false: it came back without having stopped cleanly, and what it leads is still in its old leader epochs.
 *                                   The controller sets it when they have new ones
 *  "features":{"NAME":1},           between brokers: the highest version that it knows
 *  "record_versions":{"KIND":1},    of records in internal topics: the highest version that it reads
 *  "epochs_found":{"t-0":5},        the last leader epochs in partition directories that wait for their topic to be created
 *  "epochs_found_elsewhere":-1}     none is later in the directories for which there was no room; absent or −1 if there was
 * </pre>
 *
 * Fields that this version does not know stay when the controller writes it.
 *
 * @param version of the znode
 * @param directories not empty
 * @param unknown fields of a later version
 */
public record Registration(
        int version,
        long timestampMs,
        TopicId incarnation,
        List<TopicId> directories,
        boolean isClean,
        Map<String, Integer> features,
        Map<String, Integer> recordVersions,
        EpochsFound epochsFound,
        Map<String, Object> unknown) {

    private static final Set<String> KNOWN = Set.of(
            "version",
            "timestamp",
            "incarnation",
            "directories",
            "clean",
            "features",
            "record_versions",
            "epochs_found",
            "epochs_found_elsewhere");

    /**
     * The last leader epochs in directories that were copied in and wait for their partition to be created. Its first leader's epoch is above, since
     * clients that have seen a record of an epoch believe no leader of an earlier one.
     *
     * @param epochs of those that there was room for
     * @param elsewhere none of the others is later; {@link #NONE_FOUND} if there are none
     */
    public record EpochsFound(Map<TopicPartition, Integer> epochs, int elsewhere) {
        public static final int NONE_FOUND = -1;

        /** Names and numbers together, in JSON; the znode has room for eight times as much. */
        static final int MAX_BYTES = 128 * 1024;

        /** Quotes, colon, comma, and an epoch of ten digits. */
        private static final int ENTRY_OVERHEAD_BYTES = 14;

        public static final EpochsFound NOTHING = new EpochsFound(Map.of(), NONE_FOUND);

        /** As many as there is room for; a partition whose directory has no epochs is left out. */
        public static EpochsFound of(Map<TopicPartition, Integer> found) {
            Map<TopicPartition, Integer> epochs = new TreeMap<>();
            int elsewhere = NONE_FOUND;
            int bytes = 0;
            for (Map.Entry<TopicPartition, Integer> one : new TreeMap<>(found).entrySet()) {
                if (one.getValue() == NONE_FOUND) continue;
                bytes += one.getKey().toString().length() + ENTRY_OVERHEAD_BYTES;
                if (bytes <= MAX_BYTES) epochs.put(one.getKey(), one.getValue());
                else elsewhere = Math.max(elsewhere, one.getValue());
            }
            return new EpochsFound(epochs, elsewhere);
        }

        /** At least the epoch that was found; {@link #NONE_FOUND} if there is certainly none. */
        public int of(TopicPartition partition) {
            return epochs.getOrDefault(partition, elsewhere);
        }
    }

    /** Whether both are of one broker: no two use the same log directory, which is locked. */
    boolean sharesDirectory(List<TopicId> others) {
        return directories.stream().anyMatch(others::contains);
    }

    Registration asClean() {
        return new Registration(
                version, timestampMs, incarnation, directories, true, features, recordVersions, epochsFound, unknown);
    }

    byte[] encode() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", 1);
        fields.put("timestamp", Long.toString(timestampMs));
        fields.put("incarnation", incarnation.toString());
        fields.put("directories", directories.stream().map(TopicId::toString).toList());
        fields.put("clean", isClean);
        fields.put("features", features);
        fields.put("record_versions", recordVersions);
        Map<String, Integer> epochs = new LinkedHashMap<>();
        epochsFound.epochs.forEach((partition, epoch) -> epochs.put(partition.toString(), epoch));
        fields.put("epochs_found", epochs);
        if (epochsFound.elsewhere != EpochsFound.NONE_FOUND)
            fields.put("epochs_found_elsewhere", epochsFound.elsewhere);
        fields.putAll(unknown);
        return ZnodeJson.encode(fields);
    }

    static Registration decode(String path, int version, byte[] data) throws MalformedZnodeException {
        ZnodeJson json = ZnodeJson.parse(path, data);
        if (json.intAt("version") < 1) throw json.wrong("version", "1 or more");
        List<TopicId> directories = new ArrayList<>();
        for (String text : json.stringsAt("directories")) directories.add(id(json, "directories", text));
        return new Registration(
                version,
                milliseconds(json),
                id(json, "incarnation", json.stringAt("incarnation")),
                List.copyOf(directories),
                json.flagAt("clean"),
                numbers(json, "features"),
                numbers(json, "record_versions"),
                new EpochsFound(epochs(json), json.intAt("epochs_found_elsewhere", EpochsFound.NONE_FOUND)),
                json.except(KNOWN));
    }

    private static long milliseconds(ZnodeJson json) throws MalformedZnodeException {
        try {
            return Long.parseLong(json.stringAt("timestamp"));
        } catch (NumberFormatException e) {
            throw json.wrong("timestamp", "milliseconds as text");
        }
    }

    private static TopicId id(ZnodeJson json, String field, String text) throws MalformedZnodeException {
        try {
            return TopicId.parse(text);
        } catch (IllegalArgumentException e) {
            throw json.wrong(field, "22 characters of base64 for each id");
        }
    }

    private static Map<String, Integer> numbers(ZnodeJson json, String field) throws MalformedZnodeException {
        Map<String, Integer> numbers = new TreeMap<>();
        for (Map.Entry<String, String> each : json.stringMapAt(field).entrySet()) {
            try {
                numbers.put(each.getKey(), Integer.parseInt(each.getValue()));
            } catch (NumberFormatException e) {
                throw json.wrong(field, "an object of 32-bit numbers");
            }
        }
        return numbers;
    }

    private static Map<TopicPartition, Integer> epochs(ZnodeJson json) throws MalformedZnodeException {
        Map<TopicPartition, Integer> epochs = new TreeMap<>();
        for (Map.Entry<String, Integer> each : numbers(json, "epochs_found").entrySet()) {
            String name = each.getKey();
            int dash = name.lastIndexOf('-');
            try {
                epochs.put(
                        new TopicPartition(
                                name.substring(0, Math.max(dash, 0)), Integer.parseInt(name.substring(dash + 1))),
                        each.getValue());
            } catch (NumberFormatException e) {
                throw json.wrong("epochs_found", "an object with TOPIC-PARTITION as keys");
            }
        }
        return epochs;
    }
}
