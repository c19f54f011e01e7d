package io.ottla.sim;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What members of a group tell each other through the coordinator: version 0 of Kafka's ConsumerProtocol messages. */
final class GroupBytes {
    private static final int NULL = -1;

    private GroupBytes() {}

    /** {@code version:int16 count:int32 (topic:string)* userData:bytes}. */
    static byte[] subscription(String topic) {
        byte[] name = topic.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(2 + 4 + 2 + name.length + 4)
                .putShort((short) 0)
                .putInt(1)
                .putShort((short) name.length)
                .put(name)
                .putInt(NULL)
                .array();
    }

    /** {@code version:int16 count:int32 (topic:string count:int32 (partition:int32)*)* userData:bytes}. */
    static byte[] assignment(String topic, List<Integer> partitions) {
        byte[] name = topic.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(2 + 4 + 2 + name.length + 4 + 4 * partitions.size() + 4)
                .putShort((short) 0)
                .putInt(1)
                .putShort((short) name.length)
                .put(name)
                .putInt(partitions.size());
        partitions.forEach(bytes::putInt);
        return bytes.putInt(NULL).array();
    }

    /** Of an assignment of one topic; nothing at all is an assignment of nothing. */
    static List<Integer> partitions(byte[] assignment) {
        List<Integer> partitions = new ArrayList<>();
        if (assignment.length == 0) return partitions;
        ByteBuffer bytes = ByteBuffer.wrap(assignment).position(2 + 4);
        bytes.position(bytes.position() + 2 + bytes.getShort(bytes.position()));
        for (int left = bytes.getInt(); left > 0; left--) partitions.add(bytes.getInt());
        return partitions;
    }
}
