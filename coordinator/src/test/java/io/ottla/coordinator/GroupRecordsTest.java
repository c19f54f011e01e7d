package io.ottla.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.Compression;
import io.ottla.kafkaprotocol.EndTxnMarker;
import io.ottla.kafkaprotocol.NewRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of {@code __consumer_offsets}, as brokers of all times wrote them. */
class GroupRecordsTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 7);

    private static byte[] hex(String spaced) {
        return HexFormat.of().parseHex(spaced.replaceAll("[^0-9a-f]", ""));
    }

    private static ByteBuffer bytes(String spaced) {
        return ByteBuffer.wrap(hex(spaced));
    }

    private static CoordinatorRecord decode(String key, String value) {
        return GroupRecords.decode(bytes(key), Optional.of(bytes(value))).orElseThrow();
    }

    // ---- what is written

    @Test
    void writesAnOffsetAsVersion4() {
        CoordinatorRecord record =
                GroupRecords.offset("g", PARTITION, new CommittedOffset(5, 3, "m", 0x0102, -1, new TopicId(1, 2), -1));
        assertThat(record.keyBytes()).isEqualTo(hex("0001 0001 67 0001 74 00000007"));
        assertThat(record.valueBytes())
                .hasValue(hex("0004 0000000000000005 00000003 026d 0000000000000102 01 00 10"
                        + "0000000000000001 0000000000000002"));
    }

    @Test
    void leavesOutATopicIdThatIsNotKnown() {
        CoordinatorRecord record =
                GroupRecords.offset("g", PARTITION, new CommittedOffset(5, -1, "", 1, -1, TopicId.ZERO, -1));
        assertThat(record.valueBytes()).hasValue(hex("0004 0000000000000005 ffffffff 01 0000000000000001 00"));
    }

    @Test
    void writesAnOffsetWithAnExpiryAsVersion1() {
        CoordinatorRecord record =
                GroupRecords.offset("g", PARTITION, new CommittedOffset(5, 3, "m", 1, 9, new TopicId(1, 2), -1));
        assertThat(record.valueBytes())
                .hasValue(hex("0001 0000000000000005 0001 6d 0000000000000001 0000000000000009"));
    }

    @Test
    void writesAGroupAsVersion3() {
        GroupMetadata group = new GroupMetadata(
                Optional.of("consumer"),
                4,
                Optional.of("range"),
                Optional.of("m1"),
                OptionalLong.of(6),
                List.of(new GroupMetadata.Member(
                        "m1", Optional.of("i"), "c", "/h", 60, 10, new byte[] {1}, new byte[] {2, 3})));
        CoordinatorRecord record = GroupRecords.group("g", group);
        assertThat(record.keyBytes()).isEqualTo(hex("0002 0001 67"));
        assertThat(record.valueBytes())
                .hasValue(hex("0003 0008 636f6e73756d6572 00000004 0005 72616e6765 0002 6d31 0000000000000006 00000001"
                        + "0002 6d31 0001 69 0001 63 0002 2f68 0000003c 0000000a 00000001 01 00000002 0203"));
    }

    @Test
    void writesAnEmptyGroupAndTombstones() {
        CoordinatorRecord record = GroupRecords.group("g", GroupMetadata.SIMPLE);
        assertThat(record.valueBytes()).hasValue(hex("0003 0000 00000000 ffff ffff ffffffffffffffff 00000000"));
        assertThat(GroupRecords.groupTombstone("g").valueBytes()).isEmpty();
        assertThat(GroupRecords.offsetTombstone("g", PARTITION).valueBytes()).isEmpty();
    }

    // ---- what is read

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0001 | 0000 0000000000000005 0001 6d 0000000000000064                          | -1 | -1
            0000 | 0000 0000000000000005 0001 6d 0000000000000064                          | -1 | -1
            0001 | 0001 0000000000000005 0001 6d 0000000000000064 00000000000000c8         | -1 | 200
            0000 | 0001 0000000000000005 0001 6d 0000000000000064 00000000000000c8         | -1 | 200
            0001 | 0002 0000000000000005 0001 6d 0000000000000064                          | -1 | -1
            0001 | 0003 0000000000000005 00000002 0001 6d 0000000000000064                 |  2 | -1
            0001 | 0004 0000000000000005 00000002 02 6d 0000000000000064 00                |  2 | -1
            0001 | 0004 0000000000000005 00000002 02 6d 0000000000000064 01 63 02 abcd     |  2 | -1
            """)
    void readsOffsetsOfEveryVersion(String type, String value, int leaderEpoch, long expiresMs) {
        CoordinatorRecord record = decode(type + "0001 67 0001 74 00000007", value);
        assertThat(record.type()).isEqualTo(GroupRecords.OFFSET_COMMIT);
        OffsetCommitValue read =
                (OffsetCommitValue) record.value().orElseThrow().message();
        assertThat(GroupRecords.committedOffset(read, 42))
                .isEqualTo(new CommittedOffset(5, leaderEpoch, "m", 100, expiresMs, TopicId.ZERO, 42));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0000 0001 63 00000004 0001 72 0001 6d 00000001 0001 6d 0001 63 0001 68 0000000a 00000001 01 00000001 02                                  | 10 | -1 |
            0001 0001 63 00000004 0001 72 0001 6d 00000001 0001 6d 0001 63 0001 68 0000003c 0000000a 00000001 01 00000001 02                         | 60 | -1 |
            0002 0001 63 00000004 0001 72 0001 6d 0000000000000006 00000001 0001 6d 0001 63 0001 68 0000003c 0000000a 00000001 01 00000001 02        | 60 |  6 |
            0003 0001 63 00000004 0001 72 0001 6d 0000000000000006 00000001 0001 6d 0001 69 0001 63 0001 68 0000003c 0000000a 00000001 01 00000001 02 | 60 |  6 | i
            0004 02 63 00000004 02 72 02 6d 0000000000000006 02 02 6d 02 69 02 63 02 68 0000003c 0000000a 02 01 02 02 00 00                          | 60 |  6 | i
            """)
    void readsGroupsOfEveryVersion(String value, int rebalanceTimeoutMs, long sinceMs, String instance) {
        GroupMetadataValue read = (GroupMetadataValue)
                decode("0002 0001 67", value).value().orElseThrow().message();
        GroupMetadata group = GroupRecords.group(read);
        assertThat(group.protocolType()).contains("c");
        assertThat(group.generation()).isEqualTo(4);
        assertThat(group.protocol()).contains("r");
        assertThat(group.leader()).contains("m");
        assertThat(group.stateTimestampMs()).isEqualTo(sinceMs < 0 ? OptionalLong.empty() : OptionalLong.of(sinceMs));
        GroupMetadata.Member member = group.members().getFirst();
        assertThat(member.rebalanceTimeoutMs()).isEqualTo(rebalanceTimeoutMs);
        assertThat(member.sessionTimeoutMs()).isEqualTo(10);
        assertThat(member.instanceId()).isEqualTo(Optional.ofNullable(instance));
        assertThat(member.subscription()).containsExactly(1);
        assertThat(member.assignment()).containsExactly(2);
    }

    @ParameterizedTest
    @ValueSource(shorts = {3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 99, -1})
    void passesOverKindsThatItDoesNotKnow(short type) {
        ByteBuffer key = ByteBuffer.allocate(10).putShort(type).rewind();
        assertThat(GroupRecords.decode(key, Optional.empty())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0001 0001 67 0001 74 00000007, 0005 0000000000000005", // a version of the future
        "0001 0001 67 0001 74 00000007, ffff",
        "0001 0001 67 0001 74 00000007, 0000 00000000", // cut short
        "0001 0001 67 7fff 74, 0000", // a length beyond the end
        "0002 0001 67, 0003 0001 63 00000004 ffff ffff 0000000000000006 7fffffff", // two billion members
        "0001, 0000",
        "00, 0000"
    })
    void refusesWhatIsMalformed(String key, String value) {
        assertThatThrownBy(() -> decode(key, value)).isInstanceOf(RuntimeException.class);
    }

    @Test
    void randomBytesDoNoHarm() {
        SeededRandom random = new SeededRandom(5);
        for (int i = 0; i < 20_000; i++) {
            byte[] key = new byte[2 + random.nextInt(20)];
            byte[] value = new byte[2 + random.nextInt(60)];
            for (int j = 2; j < key.length; j++) key[j] = (byte) random.nextInt(random.chance(0.5) ? 4 : 256);
            for (int j = 2; j < value.length; j++) value[j] = (byte) random.nextInt(random.chance(0.5) ? 4 : 256);
            key[1] = (byte) random.nextInt(3);
            value[1] = (byte) random.nextInt(5);
            try {
                assertThat(GroupRecords.decode(ByteBuffer.wrap(key), Optional.of(ByteBuffer.wrap(value))))
                        .isPresent();
            } catch (RuntimeException malformed) {
                assertThat(malformed).isNotInstanceOf(ClassCastException.class);
            }
        }
    }

    /** A record that no broker would write must not stop one either. */
    @Test
    void aGroupThatContradictsItselfIsMadeConsistent() {
        GroupMetadata.Member one = member("m1", "i");
        GroupMetadata stored = new GroupMetadata(
                Optional.of("consumer"),
                4,
                Optional.empty(),
                Optional.of("nobody"),
                OptionalLong.empty(),
                List.of(one, one, member("m2", "i"), member("m3", "j")));
        ClassicGroup group = new ClassicGroup("g", stored);
        assertThat(group.members()).extracting(ClassicMember::memberId).containsExactly("m2", "m3");
        assertThat(group.leader()).contains("m2");
        assertThat(group.selectProtocol()).isEmpty();
        assertThat(group.toRecord(Map.of()).members()).hasSize(2);
    }

    private static GroupMetadata.Member member(String memberId, String instanceId) {
        return new GroupMetadata.Member(memberId, Optional.of(instanceId), "c", "/h", 60, 10, new byte[0], new byte[0]);
    }

    // ---- where it goes

    @ParameterizedTest
    @CsvSource({"'', 0", "g, 3", "group, 47", "my-group, 12", "polygenelubricants, 0", "console-consumer-12345, 6"})
    void partitionsAsKafkaDoes(String groupId, int partition) {
        assertThat(GroupCoordinator.partitionFor(groupId, 50)).isEqualTo(partition);
    }

    // ---- batches

    @ParameterizedTest
    @EnumSource(Codec.class)
    void whatIsPackedIsReadAgain(Codec codec) {
        CoordinatorBatch batches = new CoordinatorBatch(Compression.of(codec));
        CoordinatorRecord tombstone = GroupRecords.groupTombstone("g");
        CoordinatorRecord offset =
                GroupRecords.offset("g", PARTITION, new CommittedOffset(5, 3, "m", 1, -1, TopicId.ZERO, -1));
        ByteBuffer batch =
                batches.encode(List.of(CoordinatorBatch.Raw.of(offset), CoordinatorBatch.Raw.of(tombstone)), 1234);
        GroupState state = new GroupState();
        replay(state, batch);
        assertThat(state.offset("g", PARTITION)).isPresent();
        assertThat(state.group("g")).isEmpty();
    }

    @Test
    void damageIsToldAndWhatIsSoundIsRead() {
        CoordinatorBatch batches = new CoordinatorBatch(Compression.NONE);
        ByteBuffer one = batches.encode(List.of(CoordinatorBatch.Raw.of(GroupRecords.groupTombstone("g"))), 1);
        ByteBuffer log = ByteBuffer.allocate(one.remaining() * 3 - 5);
        log.put(one.duplicate())
                .put(one.duplicate())
                .put(one.slice(0, one.remaining() - 5))
                .flip();
        int last = one.remaining() - 1;
        log.put(last, (byte) (log.get(last) + 1));
        List<String> seen = new ArrayList<>();
        batches.forEach(log, new CoordinatorBatch.Visitor() {
            @Override
            public void record(long offset, long producerId, ByteBuffer key, Optional<ByteBuffer> value) {
                seen.add("record");
            }

            @Override
            public void marker(long producerId, boolean committed) {
                seen.add("marker");
            }

            @Override
            public void damaged(long offset, String why) {
                seen.add(why);
            }
        });
        assertThat(seen).containsExactly("its checksum is wrong", "record", "no whole batch follows the last one");
    }

    private static void replay(GroupState state, ByteBuffer batch) {
        new CoordinatorBatch(Compression.NONE).forEach(batch, new CoordinatorBatch.Visitor() {
            @Override
            public void record(long offset, long producerId, ByteBuffer key, Optional<ByteBuffer> value) {
                state.replay(GroupRecords.decode(key, value).orElseThrow(), offset, producerId);
            }

            @Override
            public void marker(long producerId, boolean committed) {
                state.replayMarker(producerId, committed);
            }

            @Override
            public void damaged(long offset, String why) {
                throw new AssertionError(why);
            }
        });
    }

    /** What a broker with transactions left behind: an offset counts when its transaction commits, in log order. */
    @ParameterizedTest
    @CsvSource({
        "T5 C, 5, false",
        "T5 A, -1, false",
        "T5, -1, true",
        "N3 T5 C, 5, false",
        "N3 T5 A, 3, false",
        "N3 T5, 3, true",
        "T5 N3 C, 3, false",
        "T5 N3 A, 3, false",
        "T5 T6 C, 6, false",
        "T5 X C, -1, false",
        "T5 C X, -1, false"
    })
    void replaysOffsetsOfTransactions(String log, long expected, boolean isOpen) {
        GroupState state = new GroupState();
        long offset = 0;
        for (String entry : log.split(" ", -1)) {
            ByteBuffer batch = switch (entry.charAt(0)) {
                case 'T' -> offsetBatch(offset, entry).transactionalOf(1);
                case 'N' -> offsetBatch(offset, entry).plain();
                case 'X' -> offsetBatch(offset, entry).plain();
                default -> new EndTxnMarker(entry.equals("C"), 0).batch(offset, 0, 1, 1, (short) 0);
            };
            replay(state, batch);
            offset++;
        }
        assertThat(state.offset("g", PARTITION).map(CommittedOffset::offset).orElse(-1L))
                .isEqualTo(expected);
        assertThat(state.partitionsWithOpenTransactions("g").contains(PARTITION))
                .isEqualTo(isOpen);
    }

    private record OffsetBatch(long baseOffset, CoordinatorRecord record) {
        ByteBuffer plain() {
            return build(new BatchBuilder());
        }

        ByteBuffer transactionalOf(long producerId) {
            return build(new BatchBuilder().producer(producerId, (short) 0, 0).transactional());
        }

        private ByteBuffer build(BatchBuilder builder) {
            return builder.baseOffset(baseOffset)
                    .append(new NewRecord(
                            1,
                            Optional.of(ByteBuffer.wrap(record.keyBytes())),
                            record.valueBytes().map(ByteBuffer::wrap),
                            List.of()))
                    .build();
        }
    }

    private static OffsetBatch offsetBatch(long baseOffset, String entry) {
        if (entry.equals("X")) return new OffsetBatch(baseOffset, GroupRecords.offsetTombstone("g", PARTITION));
        CommittedOffset committed =
                new CommittedOffset(Long.parseLong(entry.substring(1)), -1, "", 1, -1, TopicId.ZERO, -1);
        return new OffsetBatch(baseOffset, GroupRecords.offset("g", PARTITION, committed));
    }
}
