package io.ottla.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * One consumer, in a thread of its own. Beside producers it begins at the end of its partitions and reads until it has all that they
 * wrote; alone it begins at their beginning and reads to the end as it was then, over and over if a duration is given.
 */
final class Receiver implements Runnable {
    private static final Duration POLL = Duration.ofMillis(100);
    /** A load ends when nothing has come for so long, and it is not known that more will. */
    private static final long QUIET_NS = 5_000_000_000L;
    /** A group may take so long until its members have their partitions. */
    private static final long JOIN_NS = 60_000_000_000L;

    private final Run run;
    private final LoadPlan plan;
    private final int index;

    Receiver(Run run, int index) {
        this.run = run;
        this.plan = run.plan;
        this.index = index;
    }

    @Override
    public void run() {
        try (KafkaConsumer<byte[], byte[]> consumer = run.clients.newConsumer(index, plan.group())) {
            if (plan.group().isEmpty()) assign(consumer);
            else join(consumer);
            Map<TopicPartition, Long> ends = plan.stamped() ? Map.of() : consumer.endOffsets(consumer.assignment());
            long startNs = run.awaitGo();
            receive(consumer, ends, startNs);
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            run.fail(e);
        } finally {
            run.receiverLeft();
        }
    }

    private void assign(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> mine = new ArrayList<>();
        for (int p = index; p < plan.partitions(); p += plan.consumers()) mine.add(new TopicPartition(plan.topic(), p));
        consumer.assign(mine);
        if (plan.stamped()) consumer.seekToEnd(mine);
        else consumer.seekToBeginning(mine);
        mine.forEach(consumer::position); // settles where each begins, before the first record is written
    }

    private void join(KafkaConsumer<byte[], byte[]> consumer) {
        consumer.subscribe(List.of(plan.topic()));
        long untilNs = System.nanoTime() + JOIN_NS;
        while (consumer.assignment().isEmpty() && System.nanoTime() < untilNs && !run.stopping())
            count(consumer.poll(POLL));
        consumer.assignment().forEach(consumer::position);
    }

    private void receive(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends, long startNs) {
        Pace pace = new Pace(plan.ratePerS(), plan.consumers(), index, startNs);
        long own = 0;
        long lastNs = startNs;
        while (!run.stopping()) {
            long beforeNs = System.nanoTime();
            if (plan.producers() == 0 && beforeNs >= run.deadlineNs()) return;
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            long nowNs = System.nanoTime();
            if (!records.isEmpty()) {
                lastNs = nowNs;
                if (!plan.stamped()) run.consumed.latency(nowNs - beforeNs);
                count(records);
                own += records.count();
            }
            if (complete() || quiet(nowNs - lastNs)) return;
            if (plan.stamped()) continue;
            if (pace.limited()) run.waitUntil(Math.min(pace.dueNs(own), run.deadlineNs()));
            if (!atEnd(consumer, ends)) continue;
            if (plan.durationS() <= 0) return;
            consumer.seekToBeginning(consumer.assignment());
        }
    }

    private void count(ConsumerRecords<byte[], byte[]> records) {
        long nowNs = System.nanoTime();
        long bytes = 0;
        long own = 0;
        for (ConsumerRecord<byte[], byte[]> record : records) {
            bytes += Math.max(0, record.serializedKeySize()) + (long) Math.max(0, record.serializedValueSize());
            if (!plan.stamped()) continue;
            OptionalLong dueNs = Stamp.read(record.value(), run.id);
            if (dueNs.isEmpty()) continue;
            own++;
            run.consumed.latency(nowNs - dueNs.getAsLong());
        }
        run.received.add(plan.stamped() ? own : records.count());
        run.consumed.moved(records.count(), bytes, nowNs);
    }

    private boolean complete() {
        if (plan.stamped()) return run.sendersDone() && run.received.sum() >= run.acknowledged.sum();
        return plan.count() > 0 && run.received.sum() >= plan.count();
    }

    private static boolean atEnd(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet())
            if (!consumer.assignment().contains(end.getKey()) || consumer.position(end.getKey()) < end.getValue())
                return false;
        return !ends.isEmpty();
    }

    private boolean quiet(long sinceNs) {
        return sinceNs > QUIET_NS && (plan.producers() == 0 ? plan.durationS() <= 0 : run.sendersDone());
    }
}
