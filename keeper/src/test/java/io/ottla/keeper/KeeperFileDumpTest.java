package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.api.Request;
import io.ottla.zookeeperprotocol.CreateMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people and tools are shown of a directory that was in use, and of one that is damaged. */
class KeeperFileDumpTest {
    private static final Path DATA = Path.of("/data");

    private final TestWorld world = new TestWorld();
    private Keeper keeper;

    @BeforeEach
    void use() {
        List<Outcome<Keeper>> opened = new ArrayList<>();
        SeededRandom random = new SeededRandom(1);
        Keeper.open(TestWorld.options(100_000, 3, true), DATA, world, world, random, world, opened::add);
        world.drain();
        keeper = ((Outcome.Done<Keeper>) opened.getFirst()).value();
    }

    private void create(String path, String data) {
        submit(new Request.Create(path, data.getBytes(StandardCharsets.UTF_8), CreateMode.PERSISTENT));
    }

    private void submit(Request.Op... ops) {
        TestAsker.of(keeper).submit(List.of(ops), result -> {});
        world.drain();
    }

    private Path file(String prefix) {
        return world.files().stream()
                .filter(path -> path.getFileName().toString().startsWith(prefix))
                .sorted()
                .toList()
                .getLast();
    }

    private record Dumped(List<Map<String, Object>> entries, Optional<String> damage) {
        List<Object> of(String field) {
            return entries.stream().map(entry -> entry.get(field)).toList();
        }
    }

    private Dumped dump(Path path) throws IOException {
        DiskFile file = world.open(path, Disk.OpenMode.READ);
        List<Map<String, Object>> entries = new ArrayList<>();
        String name = path.getFileName().toString();
        assertThat(KeeperFileDump.isLog(name)).isNotEqualTo(KeeperFileDump.isSnapshot(name));
        Optional<String> damage = KeeperFileDump.isLog(name)
                ? KeeperFileDump.log(file, name, entries::add)
                : KeeperFileDump.snapshot(file, name, entries::add);
        file.release();
        return new Dumped(entries, damage);
    }

    @Test
    void transactionsAreShownWithThePartsOfAMulti() throws IOException {
        create("/a", "text");
        submit(
                new Request.Create("/a/b", new byte[] {0, (byte) 0xff}, CreateMode.PERSISTENT),
                new Request.Create("/a/c", new byte[0], CreateMode.PERSISTENT));
        Dumped dumped = dump(file("log."));
        assertThat(dumped.damage()).isEmpty();
        assertThat(dumped.entries().stream()
                        .filter(entry ->
                                entry.get("type") != null && !entry.get("type").equals("createSession"))
                        .map(entry -> entry.get("type") + " " + entry.get("path") + " " + entry.get("data") + " "
                                + entry.get("part")))
                .containsExactly(
                        "create /a text null", "multi null null null", "create /a/b 0x00ff 1", "create /a/c  2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/config/users/alice     | {\"config\":{\"SCRAM-SHA-256\":\"salt=x\"}}     | true",
                "/config/brokers/1       | {\"config\":{\"ssl.keystore.password\":\"p\"}}  | true",
                "/config/brokers/2       | {\"config\":{\"listener.sasl.jaas.config\":\"\"}} | true",
                "/config/topics/t        | {\"config\":{\"retention.ms\":\"1\"}}           | false",
                "/delegation_token/tokens/1 | {\"version\":1}                              | true",
                "/brokers/password       | {\"password\":\"somebody else's\"}              | false",
            })
    void whatKafkaKeepsSecretIsNotShown(String path, String data, boolean isSecret) throws IOException {
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1))
            create(path.substring(0, slash), "");
        create(path, data);
        String shown = isSecret ? "(secret, " + data.length() + " bytes)" : data;
        assertThat(dump(file("log.")).of("data")).contains(shown);
        if (isSecret) assertThat(dump(file("log.")).of("data")).doesNotContain(data);
    }

    @Test
    void aSnapshotIsShownInTheOrderOfItsPaths() throws IOException {
        Dumped dumped = dump(file("snapshot."));
        assertThat(dumped.damage()).isEmpty();
        assertThat(dumped.of("path")).containsExactly("/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota");
    }

    @Test
    void aDamagedSnapshotIsShownUpToTheDamage() throws IOException {
        Path path = file("snapshot.");
        int cut = world.content(path).length - 150;
        DiskFile file = world.open(path, Disk.OpenMode.WRITE);
        file.truncate(cut);
        file.release();
        Dumped dumped = dump(path);
        assertThat(dumped.damage()).hasValue("the file ends too early");
        assertThat(dumped.of("path")).startsWith("/", "/zookeeper");
    }

    @Test
    void damageWithinTheLogIsToldApartFromItsEnd() throws IOException {
        for (int i = 0; i < 10; i++) create("/n" + i, "x".repeat(100));
        Path path = file("log.");
        int whole = dump(path).entries().size();
        int at = new String(world.content(path), StandardCharsets.ISO_8859_1).indexOf("/n5");
        DiskFile file = world.open(path, Disk.OpenMode.WRITE);
        file.write(at, ByteBuffer.wrap("/m5".getBytes(StandardCharsets.UTF_8)));
        file.release();
        Dumped dumped = dump(path);
        assertThat(dumped.entries()).hasSize(whole - 5);
        assertThat(dumped.damage().orElseThrow())
                .matches("the bytes from \\d+ to \\d+ are no transactions, though some follow");
    }
}
