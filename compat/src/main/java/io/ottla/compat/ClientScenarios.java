package io.ottla.compat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the main job of Kafka's Java client against a broker, with whatever version of kafka-clients is on the class
 * path; compiled against 2.8 and careful with what older and newer versions lack.
 *
 * <p>{@code ClientScenarios BOOTSTRAP PREFIX [scenario…]}: topics are named {@code PREFIX-scenario} and must exist
 * (see {@link #TOPICS}). Prints {@code PASSED name}, {@code FAILED name: why} or {@code ABSENT name: why} (the client
 * has no such feature), a line each.
 */
public final class ClientScenarios {
    private ClientScenarios() {}

    /** Partitions of each scenario's topic. */
    public static final Map<String, Integer> TOPICS = topics();

    private static Map<String, Integer> topics() {
        Map<String, Integer> partitions = new LinkedHashMap<>();
        partitions.put("produce-consume", 3);
        for (String codec : Arrays.asList("gzip", "snappy", "lz4", "zstd")) partitions.put("codec-" + codec, 1);
        partitions.put("headers", 1);
        partitions.put("timestamps", 1);
        partitions.put("seek", 1);
        partitions.put("pause", 2);
        partitions.put("rebalance", 6);
        partitions.put("cooperative", 6);
        partitions.put("static-member", 2);
        partitions.put("commit-resume", 1);
        partitions.put("idempotent", 2);
        partitions.put("transactional", 1);
        partitions.put("read-committed", 1);
        partitions.put("regex", 2);
        partitions.put("large", 1);
        partitions.put("acks", 1);
        return partitions;
    }

    /** The largest record of the scenario {@code large}; its topic allows a little more. */
    public static final int LARGE_BYTES = 10_000_000;

    /** What a scenario throws when this version of the client cannot do it. */
    static final class Absent extends Exception {
        Absent(String why) {
            super(why);
        }
    }

    interface Scenario {
        void run(ClientJob job) throws Exception;
    }

    private static Map<String, Scenario> scenarios() {
        Map<String, Scenario> all = new LinkedHashMap<>();
        all.put("produce-consume", ProduceScenarios::produceConsume);
        for (String codec : Arrays.asList("gzip", "snappy", "lz4", "zstd"))
            all.put("codec-" + codec, job -> ProduceScenarios.codec(job, codec));
        all.put("headers", ProduceScenarios::headers);
        all.put("timestamps", ProduceScenarios::timestamps);
        all.put("idempotent", ProduceScenarios::idempotent);
        all.put("transactional", ProduceScenarios::transactional);
        all.put("large", ProduceScenarios::large);
        all.put("acks", ProduceScenarios::acks);
        all.put("seek", ConsumeScenarios::seek);
        all.put("pause", ConsumeScenarios::pause);
        all.put("read-committed", ConsumeScenarios::readCommitted);
        all.put("regex", ConsumeScenarios::regex);
        all.put("commit-resume", GroupScenarios::commitResume);
        all.put("rebalance", GroupScenarios::rebalance);
        all.put("cooperative", GroupScenarios::cooperative);
        all.put("static-member", GroupScenarios::staticMember);
        return all;
    }

    public static void main(String[] args) {
        String bootstrap = args[0];
        String prefix = args[1];
        Map<String, Scenario> all = scenarios();
        List<String> wanted = args.length > 2 ? Arrays.asList(args).subList(2, args.length) : List.copyOf(all.keySet());
        System.out.println("CLIENT " + ClientJob.clientVersion());
        for (String name : wanted) {
            long start = System.nanoTime();
            String outcome;
            try {
                all.get(name).run(new ClientJob(bootstrap, prefix + "-" + name));
                outcome = "PASSED " + name;
            } catch (Absent e) {
                outcome = "ABSENT " + name + ": " + e.getMessage();
            } catch (Exception | AssertionError | NoSuchMethodError e) {
                outcome = "FAILED " + name + ": " + ClientJob.oneLine(e);
            }
            System.out.println(outcome + " (" + (System.nanoTime() - start) / 1_000_000 + " ms)");
        }
        System.out.flush();
        // a client thread that hangs in close must not hang the run
        Runtime.getRuntime().halt(0);
    }
}
