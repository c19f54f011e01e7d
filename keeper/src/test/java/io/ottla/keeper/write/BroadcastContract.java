package io.ottla.keeper.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.keeper.files.Proposal;
import io.ottla.zookeeperprotocol.LoggedTxn;
import io.ottla.zookeeperprotocol.Txn;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link Broadcast} of a server that leads does, whoever else there is. */
abstract class BroadcastContract {
    final Told told = new Told();

    /** One that leads, after the zxid {@code last}; if there are other servers, they write at once what they are sent. */
    abstract Broadcast leading(Broadcast.Delivery delivery, long last);

    static Proposal proposal(long zxid) {
        return Proposal.of(new LoggedTxn(7, 1, zxid, 1000, new Txn.CreateSession(6000), LoggedTxn.NO_DIGEST, 0));
    }

    /** What was delivered, one line each. */
    static class Told implements Broadcast.Delivery {
        final List<String> lines = new ArrayList<>();

        @Override
        public void append(Proposal proposal) {
            lines.add("append " + proposal.zxid());
        }

        @Override
        public void commit(long zxid) {
            lines.add("commit " + zxid);
        }

        @Override
        public void withdraw(String why) {
            lines.add("withdraw: " + why);
        }

        List<String> news() {
            List<String> news = List.copyOf(lines);
            lines.clear();
            return news;
        }
    }

    @Test
    void whatIsProposedIsAppendedInItsOrderAndOnce() {
        Broadcast broadcast = leading(told, 4);
        for (long zxid = 5; zxid < 8; zxid++) broadcast.propose(proposal(zxid));
        assertThat(told.news().stream().filter(line -> line.startsWith("append")))
                .containsExactly("append 5", "append 6", "append 7");
        broadcast.durable(7);
        assertThat(told.news()).noneMatch(line -> line.startsWith("append"));
    }

    /** Several may come as one, but none before its turn. */
    @Test
    void everythingIsCommittedOnceItIsDurableAndCommitsRise() {
        Broadcast broadcast = leading(told, 0);
        List<Long> commits = new ArrayList<>();
        for (long zxid = 1; zxid <= 6; zxid++) {
            broadcast.propose(proposal(zxid));
            if (zxid % 2 != 0) continue;
            broadcast.durable(zxid);
            for (String line : told.news())
                if (line.startsWith("commit")) commits.add(Long.parseLong(line.substring(7)));
            assertThat(commits.getLast()).isEqualTo(zxid);
        }
        assertThat(commits).isSorted().doesNotHaveDuplicates();
    }

    /** An answer asks for the next thing. */
    @Test
    void aCommitMayProposeFromWithin() {
        Broadcast[] broadcast = new Broadcast[1];
        Told asking = new Told() {
            @Override
            public void commit(long zxid) {
                super.commit(zxid);
                if (zxid == 1) broadcast[0].propose(proposal(2));
            }
        };
        broadcast[0] = leading(asking, 0);
        broadcast[0].propose(proposal(1));
        broadcast[0].durable(1);
        assertThat(asking.news()).containsSubsequence("append 1", "commit 1", "append 2");
        broadcast[0].durable(2);
        assertThat(asking.news()).containsExactly("commit 2");
    }
}
