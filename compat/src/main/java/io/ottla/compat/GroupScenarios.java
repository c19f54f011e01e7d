package io.ottla.compat;

import static io.ottla.compat.ClientJob.PATIENCE_MS;
import static io.ottla.compat.ClientJob.check;
import static io.ottla.compat.ClientJob.checkEquals;
import static io.ottla.compat.ClientJob.poll;
import static io.ottla.compat.ClientJob.sendAll;
import static io.ottla.compat.ClientJob.take;
import static io.ottla.compat.ProduceScenarios.assign;
import static io.ottla.compat.ProduceScenarios.bytes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** What consumer groups do. */
final class GroupScenarios {
    private GroupScenarios() {}

    static void commitResume(ClientJob job) throws Exception {
        try (Producer<String, byte[]> producer = job.producer()) {
            sendAll(producer, 100, i -> new ProducerRecord<>(job.topic(), "k", bytes("" + i)));
        }
        TopicPartition partition = new TopicPartition(job.topic(), 0);
        try (Consumer<String, byte[]> first = job.consumer("group.id", job.topic(), "max.poll.records", "10")) {
            first.subscribe(Collections.singletonList(job.topic()));
            take(first, 30);
            first.commitSync(Collections.singletonMap(partition, new OffsetAndMetadata(30, "thirty")));
        }
        try (Consumer<String, byte[]> second = job.consumer("group.id", job.topic())) {
            second.subscribe(Collections.singletonList(job.topic()));
            checkEquals(30L, take(second, 70).get(0).offset(), "the group resumes where it committed");
            second.commitSync();
        }
        try (Consumer<String, byte[]> alone = job.consumer("group.id", job.topic() + "-alone")) {
            assign(alone, job.topic(), 0); // a consumer that assigns itself commits, too
            take(alone, 10);
            alone.commitSync(Collections.singletonMap(partition, new OffsetAndMetadata(10)));
        }
        try (Consumer<String, byte[]> alone = job.consumer("group.id", job.topic() + "-alone")) {
            assign(alone, job.topic(), 0);
            checkEquals(10L, alone.position(partition), "position of the consumer without a group");
        }
    }

    static void rebalance(ClientJob job) throws Exception {
        threeMembers(job);
    }

    static void cooperative(ClientJob job) throws Exception {
        job.requireClient(2, 4);
        threeMembers(
                job, "partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
    }

    /** Three members share six partitions, two each; one leaves, three each; nothing is lost. */
    private static void threeMembers(ClientJob job, String... settings) throws Exception {
        int count = 600;
        try (Producer<String, byte[]> producer = job.producer()) {
            sendAll(producer, count, i -> new ProducerRecord<>(job.topic(), i % 6, null, "k", bytes("" + i)));
        }
        Set<String> seen = ConcurrentHashMap.newKeySet();
        List<Member> members = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) members.add(new Member(job, i, seen, settings));
            until(
                    members,
                    all -> all.stream().allMatch(member -> member.assigned().size() == 2),
                    "two partitions each");
            until(members, all -> seen.size() == count, "all " + count + " records");
            Member leaver = members.remove(0);
            leaver.leave();
            until(
                    members,
                    all -> all.stream().allMatch(member -> member.assigned().size() == 3),
                    "three partitions each after one left");
            Set<TopicPartition> owned = new HashSet<>();
            for (Member member : members)
                for (TopicPartition partition : member.assigned())
                    check(owned.add(partition), partition + " has two owners");
        } finally {
            for (Member member : members) member.leave();
        }
    }

    static void staticMember(ClientJob job) throws Exception {
        job.requireClient(2, 3);
        Set<String> seen = ConcurrentHashMap.newKeySet();
        List<Member> members = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) members.add(new Member(job, i, seen, "group.instance.id", "instance-" + i));
            until(
                    members,
                    all -> all.stream().allMatch(member -> member.assigned().size() == 1),
                    "one partition each");
            Set<TopicPartition> before = members.get(0).assigned();
            members.remove(0).leave(); // a static member that goes does not leave the group
            members.add(0, new Member(job, 0, seen, "group.instance.id", "instance-0"));
            until(members, all -> all.get(0).assigned().size() == 1, "the instance to come back");
            checkEquals(before, members.get(0).assigned(), "the partition of the instance that came back");
        } finally {
            for (Member member : members) member.leave();
        }
    }

    private static void until(List<Member> members, Predicate<List<Member>> holds, String what) throws Exception {
        long deadline = System.nanoTime() + PATIENCE_MS * 1_000_000;
        while (!holds.test(members)) {
            for (Member member : members) member.check();
            if (System.nanoTime() > deadline) {
                List<Object> owned = new ArrayList<>();
                for (Member member : members) owned.add(member.assigned());
                throw new AssertionError("waited for " + what + "; assignments are " + owned);
            }
            members.get(0).awaitPoll();
        }
    }

    /** A consumer on a thread of its own. */
    private static final class Member {
        private final Thread thread;
        private final Consumer<String, byte[]> consumer;
        private volatile Set<TopicPartition> assigned = Set.of();
        private volatile boolean leaving;
        private volatile Throwable failure;
        private volatile CountDownLatch polled = new CountDownLatch(1);

        Member(ClientJob job, int number, Set<String> seen, String... settings) {
            List<String> all = new ArrayList<>(List.of(
                    "group.id",
                    job.topic(),
                    "client.id",
                    job.topic() + "-" + number,
                    "session.timeout.ms",
                    "10000",
                    "heartbeat.interval.ms",
                    "300"));
            all.addAll(List.of(settings));
            consumer = job.consumer(all.toArray(new String[0]));
            consumer.subscribe(Collections.singletonList(job.topic()));
            thread = new Thread(() -> run(seen), "member-" + number);
            thread.start();
        }

        private void run(Set<String> seen) {
            try (Consumer<String, byte[]> mine = consumer) {
                while (!leaving) {
                    for (ConsumerRecord<String, byte[]> record : poll(mine, 100))
                        seen.add(record.partition() + "@" + record.offset());
                    assigned = Set.copyOf(mine.assignment());
                    polled.countDown();
                }
                mine.commitSync();
            } catch (RuntimeException e) {
                failure = e;
            }
        }

        Set<TopicPartition> assigned() {
            return assigned;
        }

        void check() {
            if (failure != null) throw new AssertionError("member failed: " + failure, failure);
        }

        /** Waits for the end of the poll after the next one begins, at most a second. */
        void awaitPoll() throws InterruptedException {
            polled = new CountDownLatch(1);
            boolean done = polled.await(1, TimeUnit.SECONDS);
            if (!done) check();
        }

        void leave() throws InterruptedException {
            leaving = true;
            thread.join(PATIENCE_MS);
        }
    }
}
