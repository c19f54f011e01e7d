package io.ottla.zookeeperclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.cluster.Coordination;
import io.ottla.cluster.Coordination.CreateMode;
import io.ottla.cluster.Coordination.Op;
import io.ottla.cluster.Coordination.Result;
import io.ottla.cluster.CoordinationContract;
import io.ottla.cluster.ExternalCoordination;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Apache's server through Apache's client: the contract, and what may befall a connection. */
class ZookeeperCoordinationTest extends CoordinationContract {
    private ApacheServer server;
    private Wire wire;
    private RealLoop loop;
    private ExternalCoordination.Member member;

    private static ExternalCoordination.Settings settings(int port, String chroot, int connectMsMax) {
        return new ExternalCoordination.Settings(
                "127.0.0.1:" + port, chroot, 4_000, connectMsMax, false, Optional.empty());
    }

    private Outcome<ExternalCoordination.Member> connect(ExternalCoordination.Settings settings) {
        CompletableFuture<Outcome<ExternalCoordination.Member>> connected = new CompletableFuture<>();
        loop.run(() -> new ZookeeperConnector(loop.clock, loop.disk).connect(settings, connected::complete));
        return connected.join();
    }

    private static ExternalCoordination.Member member(Outcome<ExternalCoordination.Member> outcome) {
        return switch (outcome) {
            case Outcome.Done<ExternalCoordination.Member>(ExternalCoordination.Member member) -> member;
            case Outcome.Failed<ExternalCoordination.Member> failed -> throw new AssertionError(failed.cause());
        };
    }

    private static void close(RealLoop loop, ExternalCoordination.Member member) {
        CompletableFuture<Outcome<Void>> closed = new CompletableFuture<>();
        loop.run(() -> member.close(closed::complete));
        assertThat(closed.join()).isInstanceOf(Outcome.Done.class);
    }

    @Override
    protected World open() throws Exception {
        server = new ApacheServer();
        wire = new Wire(server.port());
        loop = new RealLoop();
        member = member(connect(settings(wire.port(), "/in/here", 20_000)));
        return new World() {
            @Override
            public Coordination coordination() {
                return member.coordination();
            }

            @Override
            public void onLoop(Runnable task) {
                loop.run(task);
            }

            @Override
            public void await(String what, BooleanSupplier holds) {
                loop.await(what, holds);
            }

            @Override
            public void close() {
                ZookeeperCoordinationTest.close(loop, member);
                loop.close();
                wire.close();
                server.close();
            }
        };
    }

    /** Another client of the same server, which sees the whole tree. */
    private ExternalCoordination.Member other() {
        return member(connect(settings(server.port(), "", 20_000)));
    }

    private Result writeAs(ExternalCoordination.Member writer, Op... operations) {
        List<Result> results = new ArrayList<>();
        loop.run(() -> writer.coordination().write(List.of(operations), results::add));
        loop.await("the answer", () -> !results.isEmpty());
        return results.getFirst();
    }

    @Test
    void aServerWithoutAnAddressIsKnownByItsName() {
        ZookeeperCoordination lost = new ZookeeperCoordination(
                new ExternalCoordination.Settings("nosuch.invalid:2181", "", 4_000, 4_000, false, Optional.empty()),
                Map.of(),
                loop.clock,
                loop.disk);
        loop.run(() -> begin(lost));
        loop.await("the look for an address", () -> lost.unknownNames().equals(Set.of("nosuch.invalid")));
        CompletableFuture<Outcome<Void>> closed = new CompletableFuture<>();
        loop.run(() -> lost.close(closed::complete));
        assertThat(closed.join()).isInstanceOf(Outcome.Done.class);
    }

    private static void begin(ZookeeperCoordination coordination) {
        try {
            coordination.begin(state -> {});
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void allIsBelowTheChroot() {
        done(create("/a", "x"));
        ExternalCoordination.Member other = other();
        Told told = new Told();
        loop.run(() -> other.coordination().follow("/in", told));
        loop.await("the tree", told::isCaughtUp);
        assertThat(told.tree).containsOnlyKeys("/in", "/in/here", "/in/here/a");
        close(loop, other);
    }

    @Test
    void whatOthersDoIsTold() {
        done(create("/a", "x"));
        Told told = follow("/");
        ExternalCoordination.Member other = other();
        writeAs(other, set("/in/here/a", "y", 0), create("/in/here/a/b", ""));
        loop.await("the news", () -> told.tree.containsKey("/a/b"));
        assertThat(text(told.tree.get("/a"))).isEqualTo("'y'");
        close(loop, other);
    }

    @Test
    void aWriteWhoseAnswerIsLostIsUnknownAndWhoIsToldSoCanSeeWhetherItWasDone() {
        Told told = follow("/");
        wire.mute();
        List<Result> results = new ArrayList<>();
        List<Boolean> seen = new ArrayList<>();
        loop.run(() -> member.coordination().write(List.of(create("/doubtful", "")), result -> {
            results.add(result);
            seen.add(told.tree.containsKey("/doubtful"));
        }));
        ExternalCoordination.Member other = other();
        Told truth = new Told();
        loop.run(() -> other.coordination().follow("/in/here", truth));
        loop.await("the write at the server", () -> truth.tree.containsKey("/in/here/doubtful"));
        wire.cut(true);
        loop.await("the answer", () -> !results.isEmpty());
        assertThat(results.getFirst()).isInstanceOf(Result.Unknown.class);
        assertThat(seen).containsExactly(true);
        assertThat(told.restarts).isZero();
        close(loop, other);
    }

    @Test
    void whatHappenedInAGapIsToldAfterIt() {
        done(create("/stays", ""), create("/goes", ""), create("/changes", ""), create("/anew", "old"));
        Told told = follow("/");
        ExternalCoordination.Member other = other();
        wire.cut(false);
        writeAs(
                other,
                create("/in/here/comes", ""),
                delete("/in/here/goes"),
                set("/in/here/changes", "!", 0),
                delete("/in/here/anew"),
                create("/in/here/anew", "new"));
        wire.open();
        loop.await("what comes", () -> told.tree.containsKey("/comes"));
        assertThat(told.tree).containsOnlyKeys("/", "/stays", "/changes", "/comes", "/anew");
        assertThat(text(told.tree.get("/changes"))).isEqualTo("'!'");
        assertThat(text(told.tree.get("/anew"))).isEqualTo("'new'");
        assertThat(told.restarts).isZero();
        done(create("/goes", ""));
        assertThat(told.tree).containsKey("/goes");
        close(loop, other);
    }

    @Test
    void aLostSessionTellsEverythingAnewAndGoesOn() {
        Told told = follow("/");
        done(create("/a", ""), new Op.Create("/mine", bytes(""), CreateMode.EPHEMERAL));
        assertThat(told.tree).containsKeys("/a", "/mine");
        server.expireAllSessions();
        loop.await("the new session", () -> told.restarts == 1 && told.isCaughtUp());
        assertThat(told.tree).containsOnlyKeys("/", "/a");
        done(new Op.Create("/mine", bytes(""), CreateMode.EPHEMERAL));
        assertThat(told.tree).containsKey("/mine");
    }

    /** ZooKeeper's data were lost, or its address leads to another: what is missing there was not deleted (bitnami-docker-kafka#106). */
    @Test
    void aTreeThatIsNotOurClustersIsNeitherFollowedNorWritten() throws Exception {
        Told told = follow("/");
        done(create("/cluster", ""), create("/cluster/id", "ours"), create("/a", "x"));
        try (ApacheServer empty = new ApacheServer()) {
            advance(empty, 100);
            wire.leadTo(empty.port());
            loop.await("the new session", () -> told.restarts == 1);
            for (int i = 0; i < 3; i++)
                assertThat(writeAs(member, create("/lost", ""))).isInstanceOf(Result.Unknown.class);
            assertThat(told.isCaughtUp()).isFalse();
            advance(server, 200);
            wire.leadTo(server.port());
            loop.await("our tree", () -> told.isCaughtUp() && told.tree.containsKey("/a"));
        }
        done(create("/b", ""));
    }

    /** A client takes no server that has seen less than it. */
    private void advance(ApacheServer server, int writes) {
        ExternalCoordination.Member member = member(connect(settings(server.port(), "", 20_000)));
        writeAs(member, create("/often", ""));
        for (int i = 0; i < writes; i++) writeAs(member, set("/often", "x", i));
        close(loop, member);
    }

    @Test
    void aWriteWithoutAConnectionIsDoneWhenThereIsOneOrUnknown() {
        Told told = follow("/");
        wire.cut(false);
        List<Result> results = new ArrayList<>();
        loop.run(() -> member.coordination().write(List.of(create("/w", "")), results::add));
        wire.open();
        loop.await("the answer", () -> !results.isEmpty());
        boolean isKnown = results.getFirst() instanceof Result.Committed;
        if (isKnown) assertThat(told.tree).containsKey("/w");
        else assertThat(results.getFirst()).isInstanceOf(Result.Unknown.class);
    }

    @Test
    void closingEndsTheSession() {
        ExternalCoordination.Member other = other();
        writeAs(other, new Op.Create("/in/here/theirs", bytes(""), CreateMode.EPHEMERAL));
        Told told = follow("/");
        assertThat(told.tree).containsKey("/theirs");
        close(loop, other);
        loop.await("its node to go", () -> !told.tree.containsKey("/theirs"));
    }

    @Test
    void whereNobodyAnswersTheSentenceSaysWhatToDo() {
        wire.cut(false);
        Outcome<ExternalCoordination.Member> outcome = connect(settings(wire.port(), "", 300));
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        assertThat(((Outcome.Failed<?>) outcome).cause())
                .hasMessageContainingAll(
                        "no ZooKeeper answers at 127.0.0.1:" + wire.port(),
                        "take zookeeper.connect out of the configuration");
        wire.open();
    }
}
