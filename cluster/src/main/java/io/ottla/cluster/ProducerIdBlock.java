package io.ottla.cluster;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Producer ids that belong to one broker alone; the data of {@code /latest_producer_id_block}:
 * <code>{"version":1,"broker":1,"block_start":"0","block_end":"999"}</code>.
 *
 * @param first of the ids
 * @param last of the ids, itself included
 */
public record ProducerIdBlock(int broker, long first, long last) {

    /** How many ids a broker takes at once, as in Kafka. */
    public static final int SIZE = 1000;

    /** Whether no block comes after this one: somebody has written that into the znode, for nobody gives out so many. */
    boolean isLast() {
        return last > Long.MAX_VALUE - SIZE;
    }

    /** The next one of the same size as all; {@code first} 0 if there was none before. Not to be asked of the last one. */
    ProducerIdBlock next(int taker) {
        if (isLast()) throw new IllegalStateException("all producer ids have been given out");
        return new ProducerIdBlock(taker, last + 1, last + SIZE);
    }

    byte[] encode() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", 1);
        fields.put("broker", broker);
        fields.put("block_start", Long.toString(first));
        fields.put("block_end", Long.toString(last));
        return ZnodeJson.encode(fields);
    }

    static ProducerIdBlock decode(String path, byte[] data) throws MalformedZnodeException {
        ZnodeJson json = ZnodeJson.parse(path, data);
        try {
            ProducerIdBlock block = new ProducerIdBlock(
                    json.intAt("broker"),
                    Long.parseLong(json.stringAt("block_start")),
                    Long.parseLong(json.stringAt("block_end")));
            if (block.first < 0 || block.last < block.first) throw json.wrong("block_end", "at or after block_start");
            return block;
        } catch (NumberFormatException e) {
            throw json.wrong("block_start", "a number as text, as must block_end");
        }
    }
}
