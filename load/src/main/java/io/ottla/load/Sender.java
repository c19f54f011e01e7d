package io.ottla.load;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/** One producer, in a thread of its own: sends its share of the records, each when it is due, or as fast as the client takes them. */
final class Sender implements Runnable {
    private final Run run;
    private final LoadPlan plan;
    private final int index;

    Sender(Run run, int index) {
        this.run = run;
        this.plan = run.plan;
        this.index = index;
    }

    @Override
    public void run() {
        try (KafkaProducer<byte[], byte[]> producer = run.clients.newProducer(index)) {
            producer.partitionsFor(plan.topic()); // so that connecting is not part of the first record's latency
            long startNs = run.awaitGo();
            send(producer, new Pace(plan.ratePerS(), plan.producers(), index, startNs));
            if (!run.stopping()) producer.flush();
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            run.fail(e);
        } finally {
            run.senderLeft();
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, Pace pace) {
        long share = share(plan.count(), plan.producers(), index);
        long deadlineNs = run.deadlineNs();
        for (long i = 0; i < share && !run.stopping(); i++) {
            long nowNs = System.nanoTime();
            if (nowNs >= deadlineNs) {
                if (pace.limited()) giveUp(pace, i, Math.min(share, pace.dueBefore(deadlineNs)), nowNs);
                return;
            }
            long dueNs = nowNs;
            if (pace.limited()) {
                dueNs = pace.dueNs(i);
                if (dueNs >= deadlineNs) return;
                run.waitUntil(dueNs);
                if (run.stopping()) return;
            }
            sendOne(producer, i, dueNs);
        }
    }

    private void giveUp(Pace pace, long next, long end, long nowNs) {
        if (end > next) run.produced.neverSent(end - next, pace.dueNs(next), nowNs);
    }

    private void sendOne(KafkaProducer<byte[], byte[]> producer, long i, long dueNs) {
        byte[] value = plan.stamped() ? run.payloads.stamped(i, run.id, dueNs) : run.payloads.value(i);
        Integer partition = plan.activePartitions() == 0
                ? null
                : Integer.valueOf((int) ((i * plan.producers() + index) % plan.activePartitions()));
        try {
            var unused =
                    producer.send(new ProducerRecord<>(plan.topic(), partition, null, value), (metadata, problem) -> {
                        if (problem == null) acknowledged(dueNs);
                        else failed(problem);
                    });
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) { // refused by the client itself, such as a record larger than max.request.size
            failed(e);
        }
    }

    private void acknowledged(long dueNs) {
        long nowNs = System.nanoTime();
        run.acknowledged.increment();
        run.produced.latency(nowNs - dueNs);
        run.produced.moved(1, plan.recordBytes(), nowNs);
    }

    private void failed(Exception problem) {
        run.produced.failed();
        run.error(problem);
    }

    /** How many of {@code count} records producer {@code index} sends; without a count as many as there is time for. */
    static long share(long count, int producers, int index) {
        return count <= 0 ? Long.MAX_VALUE : count / producers + (index < count % producers ? 1 : 0);
    }
}
