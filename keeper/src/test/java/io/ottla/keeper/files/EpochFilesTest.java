package io.ottla.keeper.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.SeededRandom;
import io.ottla.keeper.Original;
import io.ottla.keeper.TestWorld;
import io.ottla.keeper.files.EpochFiles.Epochs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.apache.zookeeper.server.quorum.QuorumPeer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EpochFilesTest {
    private static final Path DIRECTORY = Path.of("/data/version-2");

    private final TestWorld world = new TestWorld();
    private final EpochFiles files = new EpochFiles(world, DIRECTORY);
    private final List<String> notes = new ArrayList<>();

    private static long zxid(int epoch) {
        return ((long) epoch << 32) + 17;
    }

    private void content(String name, String content) {
        world.content(DIRECTORY.resolve(name), content.getBytes(StandardCharsets.UTF_8));
    }

    private String content(String name) {
        return new String(world.content(DIRECTORY.resolve(name)), StandardCharsets.UTF_8);
    }

    /** "-" for a file that is not there. */
    private void contents(String accepted, String current) {
        if (!accepted.equals("-")) content("acceptedEpoch", accepted);
        if (!current.equals("-")) content("currentEpoch", current);
    }

    @ParameterizedTest
    @CsvSource({
        // what is in the files, the epoch of the last transaction; what it is then, in the files too; whether it is
        // told
        "-, -, 0,    0, 0, false",
        "-, -, 6,    6, 6, false",
        "7, -, 6,    7, 6, false",
        "-, 6, 6,    6, 6, false",
        "7, 6, 6,    7, 6, false",
        "7, 7, 6,    7, 7, false",
        "9, 6, 0,    9, 6, false",
        // the power went before currentEpoch was written
        "7, 6, 7,    7, 7, true",
        "9, 6, 7,    9, 7, true",
    })
    void whatTheFilesSay(String accepted, String current, int logged, int nowAccepted, int nowCurrent, boolean told)
            throws IOException {
        contents(accepted, current);
        assertThat(files.read(zxid(logged), notes)).isEqualTo(new Epochs(nowAccepted, nowCurrent));
        assertThat(content("acceptedEpoch")).isEqualTo(Integer.toString(nowAccepted));
        assertThat(content("currentEpoch")).isEqualTo(Integer.toString(nowCurrent));
        assertThat(notes).hasSize(told ? 1 : 0);
        assertThat(files.read(zxid(logged), notes)).isEqualTo(new Epochs(nowAccepted, nowCurrent));
        assertThat(notes).hasSize(told ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({
        "6, 7, 6, 6 in acceptedEpoch and 7 in currentEpoch",
        "-, 7, 6, nothing in acceptedEpoch and 7 in currentEpoch",
        "6, 6, 7, 'transactions up to 0x700000011, which are of a later epoch, 7'",
        "6, -, 7, acceptedEpoch",
        "5, 4, 7, 'transactions up to 0x700000011, which are of a later epoch, 7'",
    })
    void filesThatCannotBeOfThisServerAreRefused(String accepted, String current, int logged, String why) {
        contents(accepted, current);
        assertThatThrownBy(() -> files.read(zxid(logged), notes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why)
                .hasMessageContaining("/data/version-2");
        // and nothing was changed
        assertThat(world.files()).hasSize((accepted.equals("-") ? 0 : 1) + (current.equals("-") ? 0 : 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"6", "6\n", "6\r\n", "6\nand more", "006", "+6"})
    void whatPeopleWriteIsRead(String content) throws IOException {
        contents(content, content);
        assertThat(files.read(zxid(6), notes)).isEqualTo(new Epochs(6, 6));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "\n6",
                " 6",
                "6 ",
                "0x6",
                "six",
                "6.0",
                "-1",
                "1073741824",
                "2147483648",
                "4294967296",
                "9223372036854775808",
                "\0\0\0\0",
                "6\0",
                "00000000000000000000000000000000000000000000000000000000000000000000000000000006"
            })
    void whatIsNoEpochIsRefused(String content) {
        for (String name : new String[] {"acceptedEpoch", "currentEpoch"}) {
            contents("6", "6");
            content(name, content);
            assertThatThrownBy(() -> files.read(zxid(6), notes))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("/data/version-2/" + name + " should have the number of an epoch");
            assertThat(content(name)).isEqualTo(content);
        }
    }

    @Test
    void nothingIsReadOfAFileInTheMaking() throws IOException {
        contents("7", "6");
        content("currentEpoch.tmp", "7");
        assertThat(files.read(zxid(6), notes)).isEqualTo(new Epochs(7, 6));
    }

    @Test
    void epochsDoNotGoBackAndAreAcceptedBeforeTheyAreEntered() {
        Epochs sixth = new Epochs(6, 6);
        assertThat(sixth.accept(8)).isEqualTo(new Epochs(8, 6));
        assertThat(sixth.accept(8).accept(9).enter()).isEqualTo(new Epochs(9, 9));
        assertThat(sixth.accept(6)).isEqualTo(sixth);
        assertThatThrownBy(() -> sixth.accept(5)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new Epochs(6, 7)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new Epochs(6, -1)).isInstanceOf(IllegalStateException.class);
    }

    /** The power goes after any change of the disk: then either is read, and after the last, the new one only. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aPowerLossLeavesTheOneOrTheOther(long seed) throws IOException {
        SeededRandom random = new SeededRandom(seed);
        Epochs before = files.read(zxid(6), notes);
        Epochs accepted = before.accept(8);
        for (long changes = 0; ; changes++) {
            world.changesUntilPowerLoss = changes;
            boolean done = true;
            try {
                files.write(before, accepted);
            } catch (TestWorld.PowerLoss e) {
                done = false;
            }
            world.crash(random);
            Epochs found = files.read(zxid(6), notes);
            assertThat(found).isIn(before, accepted);
            if (done) {
                assertThat(found).isEqualTo(accepted);
                assertThat(changes).isGreaterThan(3);
                return;
            }
            content("acceptedEpoch", "6");
        }
    }

    @Test
    void onlyWhatChangesIsWritten() throws IOException {
        Epochs before = files.read(zxid(6), notes);
        int writes = world.writes;
        files.write(before, before);
        assertThat(world.writes).isEqualTo(writes);
        files.write(before, before.accept(7));
        assertThat(world.writes).isEqualTo(writes + 1);
        files.write(before.accept(7), before.accept(7).enter());
        assertThat(world.writes).isEqualTo(writes + 2);
        assertThat(files.read(zxid(6), notes)).isEqualTo(new Epochs(7, 7));
    }

    @Test
    void theOriginalReadsOursAndWeReadIts(@TempDir Path temporary) throws Exception {
        files.write(files.read(zxid(6), notes), new Epochs(8, 7));
        Original.export(world, Path.of("/data"), temporary);
        assertThat(original(temporary).getAcceptedEpoch()).isEqualTo(8);
        assertThat(original(temporary).getCurrentEpoch()).isEqualTo(7);
        original(temporary).setAcceptedEpoch(10);
        original(temporary).setCurrentEpoch(9);
        TestWorld back = Original.imported(temporary, Path.of("/data"));
        assertThat(new EpochFiles(back, DIRECTORY).read(zxid(6), notes)).isEqualTo(new Epochs(10, 9));
        assertThat(notes).isEmpty();
    }

    private static QuorumPeer original(Path dataDir) throws IOException {
        QuorumPeer peer = new QuorumPeer();
        peer.setTxnFactory(new FileTxnSnapLog(dataDir.toFile(), dataDir.toFile()));
        return peer;
    }

    @Test
    void aSyncThatFailsIsTold() throws IOException {
        Epochs before = files.read(zxid(6), notes);
        world.syncFails = true;
        assertThatThrownBy(() -> files.write(before, before.accept(7))).isInstanceOf(IOException.class);
        assertThat(content("acceptedEpoch")).isEqualTo("6");
    }
}
