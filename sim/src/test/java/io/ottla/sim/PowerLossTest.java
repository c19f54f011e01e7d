package io.ottla.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a power loss leaves on a drive: all that was synced, and of the rest anything that a page cache could have left. */
class PowerLossTest {
    private static final int SEEDS = 400;
    private static final Path DIRECTORY = Path.of("/d");
    private static final Path FILE = DIRECTORY.resolve("file");

    private final SeededRandom random = new SeededRandom(7);

    private static VirtualDrive drive() throws IOException {
        VirtualDrive drive = new VirtualDrive(1 << 30);
        drive.createDirectories(DIRECTORY);
        drive.sync(drive.directory(Path.of("/")));
        return drive;
    }

    private FileNode syncedFile(VirtualDrive drive, Path path, String content) throws IOException {
        FileNode file = drive.create(path);
        file.write(0, bytes(content), random);
        file.sync();
        drive.sync(drive.directory(DIRECTORY));
        return file;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String content(VirtualDrive drive, Path path) throws IOException {
        if (!(drive.find(path) instanceof FileNode file)) return "missing";
        ByteBuffer target = ByteBuffer.allocate((int) file.size());
        file.read(0, target);
        return new String(target.array(), StandardCharsets.US_ASCII);
    }

    private interface Story {
        void on(VirtualDrive drive) throws IOException;
    }

    /** All outcomes over many seeds. */
    private Set<String> outcomes(Story story, Path... paths) throws IOException {
        Set<String> outcomes = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            VirtualDrive drive = drive();
            story.on(drive);
            drive.powerLoss(new SeededRandom(seed));
            StringBuilder outcome = new StringBuilder();
            for (Path path : paths) outcome.append(content(drive, path)).append(' ');
            outcomes.add(outcome.toString().strip());
        }
        return outcomes;
    }

    @Test
    void whatWasSyncedStays() throws IOException {
        assertThat(outcomes(drive -> syncedFile(drive, FILE, "synced"), FILE)).containsExactly("synced");
    }

    @Test
    void aSyncOfTheWholeDriveKeepsNamesAndContents() throws IOException {
        Path other = DIRECTORY.resolve("other");
        assertThat(outcomes(
                        drive -> {
                            syncedFile(drive, FILE, "old").write(0, bytes("new"), random);
                            drive.rename(FILE, other);
                            drive.create(FILE).write(0, bytes("here"), random);
                            drive.syncAll(FileNode::sync);
                        },
                        FILE,
                        other))
                .containsExactly("here new");
    }

    @Test
    void aFileThatWasNotSyncedMayBeAnyOfItsPast() throws IOException {
        assertThat(outcomes(
                        drive -> {
                            FileNode file = syncedFile(drive, FILE, "one");
                            file.write(0, bytes("two"), random);
                            file.write(0, bytes("six"), random);
                        },
                        FILE))
                .containsExactlyInAnyOrder("one", "two", "six");
    }

    @Test
    void theLengthIsWrittenOnItsOwn() throws IOException {
        assertThat(outcomes(
                        drive -> {
                            FileNode file = syncedFile(drive, FILE, "ab");
                            file.write(2, bytes("cd"), random);
                        },
                        FILE))
                .containsExactlyInAnyOrder("ab", "abcd", "ab\0\0");
    }

    @Test
    void aTruncationMayBeLost() throws IOException {
        assertThat(outcomes(drive -> syncedFile(drive, FILE, "abcd").truncate(2, random), FILE))
                .contains("ab", "abcd")
                .isSubsetOf("ab", "abcd", "ab\0\0");
    }

    @Test
    void writesTearAtSectorsAndGoOutOfOrder() throws IOException {
        int sectors = 24; // three pages
        Set<String> outcomes = outcomes(
                drive -> {
                    FileNode file = syncedFile(drive, FILE, "-".repeat(sectors * FileNode.SECTOR_BYTES));
                    for (int sector = 0; sector < sectors; sector++)
                        file.write(
                                (long) sector * FileNode.SECTOR_BYTES,
                                bytes("+".repeat(FileNode.SECTOR_BYTES)),
                                random);
                },
                FILE);
        Set<String> patterns = new TreeSet<>();
        for (String outcome : outcomes) {
            StringBuilder pattern = new StringBuilder();
            for (int sector = 0; sector < sectors; sector++) {
                String one = outcome.substring(sector * FileNode.SECTOR_BYTES, (sector + 1) * FileNode.SECTOR_BYTES);
                assertThat(one).isIn("-".repeat(FileNode.SECTOR_BYTES), "+".repeat(FileNode.SECTOR_BYTES));
                pattern.append(one.charAt(0));
            }
            patterns.add(pattern.toString());
        }
        assertThat(patterns).contains("-".repeat(sectors), "+".repeat(sectors));
        assertThat(patterns)
                .as("a later page without an earlier one")
                .anyMatch(p -> p.startsWith("--------") && p.endsWith("++++++++"));
        assertThat(patterns)
                .as("torn within a page")
                .anyMatch(p ->
                        p.substring(0, 8).contains("-+") && p.substring(0, 8).contains("+-"));
    }

    @Test
    void aNameThatWasNotSyncedMayBeLostWithAllThatWas() throws IOException {
        assertThat(outcomes(
                        drive -> {
                            FileNode file = drive.create(FILE);
                            file.write(0, bytes("synced"), random);
                            file.sync();
                        },
                        FILE))
                .containsExactlyInAnyOrder("missing", "synced");
    }

    @Test
    void aDeletionMayBeUndone() throws IOException {
        assertThat(outcomes(
                        drive -> {
                            syncedFile(drive, FILE, "back");
                            drive.delete(FILE);
                        },
                        FILE))
                .containsExactlyInAnyOrder("missing", "back");
    }

    @Test
    void aRenameHappenedOrDidNot() throws IOException {
        Path temporary = DIRECTORY.resolve("file.tmp");
        assertThat(outcomes(
                        drive -> {
                            syncedFile(drive, FILE, "old");
                            syncedFile(drive, temporary, "new");
                            drive.rename(temporary, FILE);
                        },
                        FILE,
                        temporary))
                .containsExactlyInAnyOrder("old new", "new missing");
    }

    /** The classic mistake: rename without syncing the content first. */
    @Test
    void aRenameMayOvertakeTheContent() throws IOException {
        Path temporary = DIRECTORY.resolve("file.tmp");
        assertThat(outcomes(
                        drive -> {
                            syncedFile(drive, FILE, "old");
                            drive.create(temporary).write(0, bytes("new"), random);
                            drive.rename(temporary, FILE);
                        },
                        FILE))
                .contains("old", "new", "");
    }

    @Test
    void changesOfDifferentNamesGoOutOfOrder() throws IOException {
        Path first = DIRECTORY.resolve("first");
        Path second = DIRECTORY.resolve("second");
        assertThat(outcomes(
                        drive -> {
                            for (Path path : new Path[] {first, second}) {
                                FileNode file = drive.create(path);
                                file.write(0, bytes("there"), random);
                                file.sync();
                            }
                        },
                        first,
                        second))
                .containsExactlyInAnyOrder("there there", "there missing", "missing there", "missing missing");
    }

    @Test
    void aDirectoryThatWasNotSyncedIsLostWithAllInIt() throws IOException {
        Path inner = DIRECTORY.resolve("inner/file");
        assertThat(outcomes(
                        drive -> {
                            drive.createDirectories(inner.getParent());
                            FileNode file = drive.create(inner);
                            file.write(0, bytes("synced"), random);
                            file.sync();
                            drive.sync(drive.directory(inner.getParent()));
                        },
                        inner))
                .containsExactlyInAnyOrder("missing", "synced");
    }

    @Test
    void afterAFailedSyncNobodyKnows() throws IOException {
        assertThat(outcomes(
                        drive -> {
                            FileNode file = syncedFile(drive, FILE, "old");
                            file.write(0, bytes("new"), random);
                            file.failSync(random);
                            file.sync(); // succeeds, and is worth nothing
                            assertThat(file.isSynced()).isTrue();
                        },
                        FILE))
                .containsExactlyInAnyOrder("old", "new");
    }

    @Test
    void aSecondPowerLossChangesNothing() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            VirtualDrive drive = drive();
            FileNode file = drive.create(FILE);
            for (int i = 0; i < 50; i++)
                file.write(random.nextInt(20_000), bytes("x".repeat(1 + random.nextInt(3000))), random);
            drive.powerLoss(new SeededRandom(seed));
            String once = content(drive, FILE);
            drive.powerLoss(new SeededRandom(seed + 1000));
            assertThat(content(drive, FILE)).isEqualTo(once);
        }
    }

    /** Against a model: what was appended before the last sync is there, whatever came after. */
    @Test
    void appendingAndSyncing() throws IOException {
        for (int seed = 0; seed < 200; seed++) {
            SeededRandom chance = new SeededRandom(seed);
            VirtualDrive drive = drive();
            FileNode file = drive.create(FILE);
            drive.sync(drive.directory(DIRECTORY));
            byte[] model = new byte[200_000];
            int length = 0;
            int synced = 0;
            for (int step = 0; step < 60; step++) {
                byte[] more = new byte[chance.nextInt(2000)];
                Arrays.fill(more, (byte) (1 + chance.nextInt(100)));
                System.arraycopy(more, 0, model, length, more.length);
                file.write(length, ByteBuffer.wrap(more), chance);
                length += more.length;
                if (chance.chance(0.2)) {
                    file.sync();
                    synced = length;
                }
            }
            drive.powerLoss(chance);
            ByteBuffer left = ByteBuffer.allocate(length);
            int count = drive.file(FILE).read(0, left);
            assertThat(count).isBetween(synced, length);
            assertThat(Arrays.mismatch(left.array(), 0, synced, model, 0, synced))
                    .isEqualTo(-1);
            for (int i = synced; i < count; i++) assertThat(left.get(i)).isIn((byte) 0, model[i]);
        }
    }

    @Test
    void aCopyGoesItsOwnWay() throws IOException {
        VirtualDrive drive = drive();
        FileNode file = syncedFile(drive, FILE, "one");
        file.write(0, bytes("two"), random);
        VirtualDrive copy = drive.copy();
        file.sync();
        copy.file(FILE).write(0, bytes("six"), random);
        assertThat(content(drive, FILE)).isEqualTo("two");
        assertThat(content(copy, FILE)).isEqualTo("six");
        for (int seed = 0; seed < 20; seed++) {
            VirtualDrive fork = copy.copy();
            fork.powerLoss(new SeededRandom(seed));
            assertThat(content(fork, FILE)).isIn("one", "two", "six");
        }
    }

    @Test
    void bitsRot() throws IOException {
        VirtualDrive drive = drive();
        syncedFile(drive, FILE, "abc");
        drive.rot(FILE, 1, (byte) 0x01);
        assertThat(content(drive, FILE)).isEqualTo("acc");
        drive.powerLoss(random);
        assertThat(content(drive, FILE)).isEqualTo("acc");
    }
}
