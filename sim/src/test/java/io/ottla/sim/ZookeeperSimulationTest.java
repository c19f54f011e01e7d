package io.ottla.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.sim.DiskFaults.Kind;
import io.ottla.sim.LyingNetwork.Packet;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.Adler32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The coordination service in the virtual world. */
class ZookeeperSimulationTest {
    private static final int SEEDS_OF_MUTANTS = 60;
    private static final long OPERATIONS = 300;

    @ParameterizedTest
    @ValueSource(longs = {0, 100, 200, 300})
    void whatClientsSeeHolds(long first) {
        int answered = 0;
        for (long seed = first; seed < first + 30; seed++) {
            ZookeeperScenario scenario = new ZookeeperScenario();
            Simulation.run(seed, scenario);
            answered += scenario.answered();
        }
        assertThat(answered).as("requests answered").isGreaterThan(20_000);
    }

    /** Through snapshots, rolls of the log and purges, which come every few transactions. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void thePowerMayGoAtAnyOperationOfTheDisk(long seed) {
        for (long operation = 1; operation <= OPERATIONS; operation++)
            Simulation.run(seed, new ZookeeperScenario(operation));
    }

    @Test
    void theSameSeedGivesTheSameTrace() {
        for (long seed = 0; seed < 3; seed++)
            assertThat(Simulation.run(seed, new ZookeeperScenario()))
                    .isEqualTo(Simulation.run(seed, new ZookeeperScenario()));
    }

    /** Seeds that found something once. */
    @Test
    void whatWasFoundStaysMended() {
        Simulation.run(
                1, new ZookeeperScenario(33)); // two starts within a millisecond gave a living session's id again
    }

    /** Classic mistakes, made by a clock that goes wrong, by a disk that leaves out what the service asks for, or by a network that alters what it answers. */
    enum Mistake {
        ANSWERS_BEFORE_FSYNC("Z16", (kind, path) -> kind == Kind.SYNC && isNamed(path, "log.")),
        LOGS_HAVE_NO_DURABLE_NAME("Z16", (kind, path) -> kind == Kind.SYNC_DIRECTORY && isNamed(path, "version-2")),
        SNAPSHOTS_ARE_NOT_SYNCED(
                "the node does not start again",
                (kind, path) -> kind == Kind.SYNC && path.toString().contains("snapshot.")),
        LOSES_AN_EVENT(
                "Z11",
                packets -> packets.stream()
                        .filter(packet -> !packet.isEvent() || packet.zxid() % 7 != 0)
                        .toList()),
        TELLS_AN_EVENT_TWICE(
                "Z11",
                packets -> packets.stream()
                        .flatMap(packet -> packet.isEvent() ? Stream.of(packet, packet) : Stream.of(packet))
                        .toList()),
        TELLS_EVENTS_AFTER_ANSWERS(
                "Z11",
                packets -> Stream.concat(
                                packets.stream().filter(packet -> !packet.isEvent()),
                                packets.stream().filter(Packet::isEvent))
                        .toList()),
        TELLS_NOTHING_OF_WHAT_WAS_MISSED(
                "Z11",
                packets -> packets.stream()
                        .filter(packet -> !packet.isEvent() || packet.zxid() != -1)
                        .toList()),
        ANSWERS_IN_ANOTHER_ORDER(
                "is answered xid",
                packets -> Stream.concat(
                                packets.stream().filter(Packet::isEvent),
                                packets.reversed().stream().filter(packet -> !packet.isEvent()))
                        .toList()),
        /** No client of the simulation looks at times: only the digest of the tree tells. */
        LOGS_ANOTHER_TIME("Z16", ZookeeperSimulationTest::withOtherTimes),
        SESSIONS_EXPIRE_TOO_EARLY("Z13");

        /** What the failure says. */
        final String says;

        final UnaryOperator<Program.Environment> disguise;

        /** Time goes twice as fast. */
        Mistake(String says) {
            this.says = says;
            disguise = LyingClock::under;
        }

        Mistake(String says, LyingDisk.Alteration alteration) {
            this.says = says;
            disguise = environment -> LyingDisk.under(environment, alteration);
        }

        Mistake(String says, BiPredicate<Kind, Path> forgets) {
            this.says = says;
            disguise = environment -> LyingDisk.under(environment, forgets);
        }

        Mistake(String says, UnaryOperator<List<Packet>> alters) {
            this.says = says;
            disguise = environment -> LyingNetwork.under(environment, alters);
        }

        private static boolean isNamed(Path path, String prefix) {
            return path.getNameCount() > 0 && path.getFileName().toString().startsWith(prefix);
        }
    }

    private static final int LOG_HEADER_BYTES = 16;
    private static final int CHECKSUM_BYTES = 8;
    private static final int TIME_AT = CHECKSUM_BYTES + 4 + 8 + 4 + 8;

    /** What goes into a log, with the time of each transaction a little later, and the checksums right. */
    private static ByteBuffer withOtherTimes(Path path, long position, ByteBuffer bytes) {
        if (!Mistake.isNamed(path, "log.")) return bytes;
        ByteBuffer other = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        int at = position == 0 ? LOG_HEADER_BYTES : 0;
        while (at + TIME_AT + 8 <= other.limit() && other.getInt(at + CHECKSUM_BYTES) > 0) {
            int length = other.getInt(at + CHECKSUM_BYTES);
            other.putLong(at + TIME_AT, other.getLong(at + TIME_AT) + 1);
            Adler32 adler = new Adler32();
            adler.update(other.slice(at + CHECKSUM_BYTES + 4, length));
            other.putLong(at, adler.getValue());
            at += CHECKSUM_BYTES + 4 + length + 1;
        }
        return other;
    }

    /** That the operations of {@link #thePowerMayGoAtAnyOperationOfTheDisk} are also those of snapshots, new logs and purges. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void theyAreAlsoThoseOfSnapshotsRollsAndPurges(long seed) {
        Set<String> snapshots = new TreeSet<>();
        Set<String> logs = new TreeSet<>();
        Simulation.run(seed, world -> {
            world.disguise(environment -> LyingDisk.under(environment, (kind, path) -> {
                String name = path.getNameCount() == 0 ? "" : path.getFileName().toString();
                if (kind == Kind.NAME && name.startsWith("snapshot.")) snapshots.add(name);
                if (kind == Kind.SYNC && name.startsWith("log.")) logs.add(name);
                return false;
            }));
            new ZookeeperScenario(OPERATIONS).run(world);
        });
        // three are kept: with five, two were deleted, and the logs before them
        assertThat(snapshots).hasSizeGreaterThanOrEqualTo(5);
        assertThat(logs).hasSizeGreaterThanOrEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource
    void aMistakeIsFound(Mistake mistake) {
        assertThatThrownBy(() -> {
                    for (long seed = 0; seed < SEEDS_OF_MUTANTS; seed++)
                        Simulation.run(seed, world -> {
                            world.disguise(mistake.disguise);
                            new ZookeeperScenario().run(world);
                        });
                })
                .isInstanceOf(SimulationFailure.class)
                .hasStackTraceContaining(mistake.says);
    }
}
