package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.NewRecord;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Offsets by time are what a walk over all records would find; cold reads are what warm ones are. */
class LookupTest {

    @Test
    void offsetsByTimeAreThoseOfALinearWalk(@TempDir Path folder) {
        LogBench bench = new LogBench(folder);
        bench.config = new HashMap<>(Map.of(
                "segment.bytes", "3000",
                "index.interval.bytes", "300",
                "message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)));
        bench.open();
        SeededRandom random = new SeededRandom(5);
        for (int i = 0; i < 150; i++) {
            BatchBuilder batch = new BatchBuilder().codec(Codec.values()[random.nextInt(Codec.values().length)]);
            int count = 1 + random.nextInt(5);
            for (int k = 0; k < count; k++)
                batch.append(NewRecord.keyless(1000 + i * 5L + random.nextInt(60), "value " + i + " " + k));
            bench.append(batch.build());
        }
        bench.disk.run();
        assertThat(bench.log.segments().size()).isGreaterThan(3);
        for (int round = 0; round < 3; round++) {
            List<LogBench.Seen> all = bench.all(bench.log.startOffset(), 10_000);
            for (long timestamp = 900; timestamp < 1900; timestamp += 7) compare(bench, all, timestamp);
            LogBench.Seen latest = all.getFirst();
            for (LogBench.Seen seen : all) if (seen.timestampMs() > latest.timestampMs()) latest = seen;
            OffsetLookup.Answer max = bench.offsetForTime(OffsetLookup.MAX_TIMESTAMP);
            assertThat(max.offset()).isEqualTo(latest.offset());
            assertThat(max.timestampMs()).isEqualTo(latest.timestampMs());
            if (round == 0) bench.stop().open();
            if (round == 1) bench.log.deleteRecordsBefore(33);
        }
    }

    private static void compare(LogBench bench, List<LogBench.Seen> all, long timestamp) {
        OffsetLookup.Answer expected = all.stream()
                .filter(seen -> seen.timestampMs() >= timestamp)
                .findFirst()
                .map(seen -> new OffsetLookup.Answer(seen.timestampMs(), seen.offset(), 0))
                .orElse(OffsetLookup.Answer.NONE);
        assertThat(bench.offsetForTime(timestamp)).as("timestamp %d", timestamp).isEqualTo(expected);
    }

    /** No checksum says so; but an entry that is believed is one of a batch that has its timestamp. */
    @Test
    void timeIndexesThatRottedGiveNoWrongAnswer(@TempDir Path folder) throws Exception {
        LogBench bench = new LogBench(folder);
        bench.config = new HashMap<>(Map.of("segment.bytes", "3000", "index.interval.bytes", "300"));
        bench.open();
        for (int i = 0; i < 150; i++)
            bench.append(new BatchBuilder()
                    .append(NewRecord.keyless(1000 + i * 5L, "value " + i))
                    .build());
        bench.disk.run();
        List<LogBench.Seen> all = bench.all(0, 10_000);
        bench.stop();
        SeededRandom random = new SeededRandom(9);
        List<Path> indexes;
        try (java.util.stream.Stream<Path> files = Files.walk(folder)) {
            indexes = files.filter(file -> file.toString().endsWith(TimeIndex.SUFFIX))
                    .toList();
        }
        assertThat(indexes).hasSizeGreaterThan(3);
        for (Path index : indexes) {
            byte[] content = Files.readAllBytes(index);
            for (int i = 0; i < content.length; i++) if (random.chance(0.2)) content[i] ^= (byte) random.nextInt(256);
            Files.write(index, content);
        }
        bench.open();
        for (long timestamp = 990; timestamp < 1760; timestamp += 3) compare(bench, all, timestamp);
    }

    /** What may become of a time index: not by us, but by tools, copies that broke off, and file systems. */
    enum Spoilt {
        EMPTY {
            @Override
            byte[] spoil(byte[] content) {
                return new byte[0];
            }
        },
        ENTRIES_MISSING_AT_THE_END {
            @Override
            byte[] spoil(byte[] content) {
                return Arrays.copyOf(content, content.length / 2 / TimeIndex.ENTRY_BYTES * TimeIndex.ENTRY_BYTES);
            }
        },
        CUT_WITHIN_AN_ENTRY {
            @Override
            byte[] spoil(byte[] content) {
                return Arrays.copyOf(content, Math.max(0, content.length - 5));
            }
        },
        ZEROS {
            @Override
            byte[] spoil(byte[] content) {
                return new byte[content.length];
            }
        },
        ZEROS_BEHIND {
            @Override
            byte[] spoil(byte[] content) {
                return Arrays.copyOf(content, content.length + 10 * TimeIndex.ENTRY_BYTES);
            }
        },
        NOISE {
            @Override
            byte[] spoil(byte[] content) {
                SeededRandom random = new SeededRandom(3);
                for (int i = 0; i < content.length; i++) content[i] = (byte) random.nextInt(256);
                return content;
            }
        },
        NOISE_BEHIND {
            @Override
            byte[] spoil(byte[] content) {
                byte[] longer = Arrays.copyOf(content, content.length + 3 * TimeIndex.ENTRY_BYTES + 1);
                Arrays.fill(longer, content.length, longer.length, (byte) 0x11);
                return longer;
            }
        };

        abstract byte[] spoil(byte[] content);
    }

    @ParameterizedTest
    @EnumSource(Spoilt.class)
    void whatATimeIndexDoesNotSayIsReadFromTheRecords(Spoilt spoilt, @TempDir Path folder) throws Exception {
        LogBench bench = new LogBench(folder);
        bench.config = new HashMap<>(Map.of(
                "segment.bytes", "3000",
                "index.interval.bytes", "300",
                "message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)));
        bench.open();
        SeededRandom random = new SeededRandom(6);
        // some segments rise, in some the latest comes early: their indexes end long before they do
        for (int i = 0; i < 200; i++) {
            long timestamp = (i / 50) % 2 == 0 ? 1000 + i * 5L + random.nextInt(60) : 3000 - i * 5L;
            bench.append(LogBench.batch(timestamp, "value number " + i, "another " + i));
        }
        bench.disk.run();
        List<LogBench.Seen> all = bench.all(0, 10_000);
        bench.stop();
        Map<Path, byte[]> before = new HashMap<>();
        for (Path index : timeIndexes(folder)) {
            before.put(index, Files.readAllBytes(index));
            Files.write(index, spoilt.spoil(Files.readAllBytes(index)));
        }
        assertThat(before).hasSizeGreaterThan(5);
        for (boolean isClean : new boolean[] {true, false}) {
            bench.open();
            for (long timestamp = 900; timestamp < 3100; timestamp += 13) compare(bench, all, timestamp);
            LogBench.Seen latest = all.getFirst();
            for (LogBench.Seen seen : all) if (seen.timestampMs() > latest.timestampMs()) latest = seen;
            assertThat(bench.offsetForTime(OffsetLookup.MAX_TIMESTAMP).offset()).isEqualTo(latest.offset());
            if (isClean) bench.log.roll(bench.disk.nowMs, bench.log.endOffset());
            bench.disk.run();
            if (isClean) bench.stop();
            else bench.kill();
        }
        for (var each : before.entrySet()) {
            byte[] now = Files.readAllBytes(each.getKey());
            byte[] then = each.getValue();
            if (spoilt == Spoilt.ZEROS_BEHIND) now = Arrays.copyOf(now, then.length);
            assertThat(now).as("%s, once it was found out", each.getKey()).isEqualTo(then);
        }
    }

    @Test
    void retentionGoesByTheRecordsWhereTheTimeIndexIsEmpty(@TempDir Path folder) throws Exception {
        LogBench bench = new LogBench(folder);
        bench.config = new HashMap<>(Map.of("segment.bytes", "3000", "retention.ms", "100000"));
        bench.open();
        for (int i = 0; i < 150; i++) {
            bench.disk.nowMs += 1_000;
            bench.append("value number " + i);
        }
        bench.stop();
        for (Path index : timeIndexes(folder)) Files.write(index, new byte[0]);
        bench.open();
        // the files were written a moment ago, by the clock of this machine: far in the future of this test
        bench.disk.nowMs += 300_000;
        bench.logs.tick(bench.disk.nowMs);
        bench.disk.run();
        assertThat(bench.log.startOffset()).isEqualTo(150);
    }

    @Test
    void theLatestOfTheRecordsThatAreLeft(@TempDir Path folder) {
        LogBench bench = new LogBench(folder).open();
        bench.append(LogBench.batch(9000, "latest"));
        bench.append(LogBench.batch(1000, "a"));
        bench.append(LogBench.batch(2000, "b"));
        bench.append(LogBench.batch(1500, "c"));
        assertThat(bench.offsetForTime(OffsetLookup.MAX_TIMESTAMP).offset()).isZero();
        bench.log.deleteRecordsBefore(1);
        assertThat(bench.offsetForTime(OffsetLookup.MAX_TIMESTAMP)).isEqualTo(new OffsetLookup.Answer(2000, 2, 0));
    }

    private static List<Path> timeIndexes(Path folder) throws java.io.IOException {
        try (java.util.stream.Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(TimeIndex.SUFFIX))
                    .toList();
        }
    }

    @Test
    void specialTimes(@TempDir Path folder) {
        LogBench bench = new LogBench(folder).open();
        assertThat(bench.offsetForTime(OffsetLookup.LATEST)).isEqualTo(new OffsetLookup.Answer(-1, 0, -1));
        assertThat(bench.offsetForTime(OffsetLookup.MAX_TIMESTAMP)).isEqualTo(OffsetLookup.Answer.NONE);
        bench.leaderEpoch = 4;
        bench.append("a", "b");
        bench.leaderEpoch = 6;
        bench.append("c");
        bench.log.deleteRecordsBefore(1);
        assertThat(bench.offsetForTime(OffsetLookup.LATEST)).isEqualTo(new OffsetLookup.Answer(-1, 3, 6));
        assertThat(bench.offsetForTime(OffsetLookup.EARLIEST)).isEqualTo(new OffsetLookup.Answer(-1, 1, 4));
        assertThat(bench.offsetForTime(OffsetLookup.EARLIEST_LOCAL)).isEqualTo(new OffsetLookup.Answer(-1, 1, 4));
        assertThat(bench.offsetForTime(OffsetLookup.LATEST_TIERED)).isEqualTo(OffsetLookup.Answer.NONE);
        assertThat(bench.log.epochEnd(5)).isEqualTo(new EpochEnd(4, 2));
        assertThat(bench.log.epochEnd(3)).isEqualTo(new EpochEnd(3, 1));
    }

    @Test
    void whatIsColdIsReadByADiskThread(@TempDir Path folder) throws Exception {
        LogBench bench = new LogBench(folder);
        bench.config = Map.of("segment.bytes", "2000", "index.interval.bytes", "200");
        bench.open();
        for (int i = 0; i < 100; i++) bench.append("value number " + i);
        bench.stop().open();
        int files = bench.disk.openFiles.get();
        for (int offset = 0; offset < 100; offset += 3) {
            byte[] warm = bench.bytes(bench.read(offset, 500));
            bench.disk.cold = true;
            assertThat(bench.log.read(offset, 500, Long.MAX_VALUE, true)).isEqualTo(new Read.Cold());
            List<Outcome<Read>> outcomes = new ArrayList<>();
            bench.log.readCold(offset, 500, Long.MAX_VALUE, true, outcomes::add);
            assertThat(outcomes).isEmpty();
            bench.disk.run();
            assertThat(bench.bytes(LogBench.value(outcomes))).isEqualTo(warm);
            bench.disk.cold = false;
        }
        bench.disk.nowMs += 1_000_000;
        bench.logs.tick(bench.disk.nowMs);
        bench.disk.run();
        assertThat(bench.disk.openFiles.get()).isLessThanOrEqualTo(files).isZero();
    }

    @Test
    void aColdReadOfALogThatCloses(@TempDir Path folder) throws Exception {
        LogBench bench = new LogBench(folder);
        bench.open();
        bench.append("a");
        bench.stop().open();
        bench.disk.cold = true;
        List<Outcome<Read>> outcomes = new ArrayList<>();
        bench.log.readCold(0, 500, Long.MAX_VALUE, true, outcomes::add);
        bench.stop();
        assertThat(outcomes).singleElement().isInstanceOf(Outcome.Failed.class);
        assertThat(bench.disk.openFiles.get()).isZero();
    }

    @Test
    void aReadGivesOutNothingAtOrAboveItsLimit(@TempDir Path folder) throws Exception {
        LogBench bench = new LogBench(folder);
        bench.config = Map.of("segment.bytes", "2000", "index.interval.bytes", "200");
        bench.open();
        for (int i = 0; i < 100; i++) bench.append("one " + i, "two " + i);
        for (long limit = 0; limit <= 200; limit += 7) {
            for (long offset = 0; offset <= limit; offset += 11) {
                Read.Slice slice = (Read.Slice) bench.log.read(offset, 700, limit, true);
                List<LogBench.Seen> seen = bench.records(slice, offset);
                assertThat(seen).allMatch(each -> each.offset() >= 0);
                long whole = limit / 2 * 2; // batches of two
                if (offset < whole) assertThat(seen.getFirst().offset()).isEqualTo(offset);
                else assertThat(seen).isEmpty();
                long top = limit;
                assertThat(seen).allMatch(each -> each.offset() < top);
            }
        }
    }

    @Test
    void aReadIsOfWholeBatchesAndNotMoreThanAskedFor(@TempDir Path folder) throws Exception {
        LogBench bench = new LogBench(folder).open();
        for (int i = 0; i < 50; i++) bench.append("value number " + i + "x".repeat(i));
        for (int maxBytes = 0; maxBytes < 3000; maxBytes += 37) {
            Read.Slice some = (Read.Slice) bench.log.read(10, maxBytes, Long.MAX_VALUE, false);
            assertThat(some.sizeBytes()).isLessThanOrEqualTo(maxBytes);
            some.release();
            Read.Slice slice = (Read.Slice) bench.log.read(10, maxBytes, Long.MAX_VALUE, true);
            List<LogBench.Seen> seen = bench.records(slice, 10);
            assertThat(seen).isNotEmpty();
            assertThat(slice.nextOffset()).isEqualTo(seen.getLast().offset() + 1);
        }
    }

    @Test
    void damageInAnOldSegmentIsSaidAndServesNothingElse(@TempDir Path folder) throws Exception {
        LogBench bench = new LogBench(folder);
        bench.config = Map.of("segment.bytes", "2000", "index.interval.bytes", "200");
        bench.open();
        for (int i = 0; i < 100; i++) bench.append("value number " + i);
        bench.stop();
        Path first = bench.partition().resolve("00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(first);
        int size = LogBench.batch(1, "value number 1").remaining();
        bytes[size * 2 + 8] = 127; // the length of the third batch
        Files.write(first, bytes);
        bench.open();
        assertThat(bench.records(bench.read(0, 1), 0).getFirst().value()).isEqualTo("value number 0");
        assertThat(bench.read(2, 1)).isInstanceOf(Read.Damaged.class);
        assertThat(bench.log.logDir().failure()).isEmpty();
        assertThat(bench.records(bench.read(90, 1), 90).getFirst().value()).isEqualTo("value number 90");
    }

    /** One record of some kilobytes is 64 MB unpacked; who searches never holds it. */
    @Test
    void aRecordThatIsLargeUnpackedOnlyGoesBy(@TempDir Path folder) {
        LogBench bench = new LogBench(folder);
        bench.open();
        for (Codec codec : List.of(Codec.GZIP, Codec.LZ4, Codec.ZSTD)) {
            bench.append(new BatchBuilder()
                    .codec(codec)
                    .append(NewRecord.of(1000, ByteBuffer.wrap(new byte[1]), ByteBuffer.wrap(new byte[64 << 20])))
                    .append(NewRecord.of(2000 + codec.id(), "k", "v"))
                    .build());
        }
        long before = CompactionTest.allocatedBytes();
        assertThat(bench.offsetForTime(2000 + Codec.ZSTD.id()))
                .isEqualTo(new OffsetLookup.Answer(2000 + Codec.ZSTD.id(), 5, 0));
        assertThat(bench.offsetForTime(OffsetLookup.MAX_TIMESTAMP).offset()).isEqualTo(5);
        assertThat(CompactionTest.allocatedBytes() - before).isLessThan(24 << 20);
    }

    /** More than a search side by side may hold, then more than any may. */
    @Test
    void aLargeBatchIsSearchedAloneAndATooLargeOneIsAnError(@TempDir Path folder) {
        LogBench bench = new LogBench(folder);
        bench.config = Map.of("max.message.bytes", "10000000");
        bench.open();
        bench.append(LogBench.batch(1000, "first", "x".repeat(3 << 20), "last"));
        assertThat(bench.offsetForTime(500)).isEqualTo(new OffsetLookup.Answer(1000, 0, 0));
        bench.append(LogBench.batch(2000, "x".repeat(9 << 20)));
        assertThat(bench.offsetForTime(500)).isEqualTo(new OffsetLookup.Answer(1000, 0, 0));
        assertThat(bench.outcomeForTime(1500))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.cause())
                                .isInstanceOf(BatchTooLarge.class)
                                .hasMessageContaining("offset 3"));
        assertThat(bench.log.isUsable()).isTrue();
    }

    @Test
    void aBatchThatMakesNoSenseIsAnErrorOfTheQuestionOnly(@TempDir Path folder) throws Exception {
        LogBench bench = new LogBench(folder);
        bench.open();
        bench.append(LogBench.batch(1000, "first"));
        bench.append(LogBench.batch(2000, "second"));
        bench.stop();
        Path segment = bench.partition().resolve("00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[BatchView.HEADER_BYTES_V2] = 99; // the first record's length
        Files.write(segment, bytes);
        bench.open();
        assertThat(bench.outcomeForTime(500))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.cause()).isInstanceOf(DamagedLog.class));
        assertThat(bench.offsetForTime(1500)).isEqualTo(new OffsetLookup.Answer(2000, 1, 0));
        assertThat(bench.log.isUsable()).isTrue();
    }
}
