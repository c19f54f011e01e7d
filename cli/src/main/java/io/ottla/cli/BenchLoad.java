package io.ottla.cli;

import io.ottla.load.Clients;
import io.ottla.load.Load;
import io.ottla.load.LoadFailedException;
import io.ottla.load.LoadHtml;
import io.ottla.load.LoadPlan;
import io.ottla.load.LoadResult;
import io.ottla.load.LoadTopic;
import io.ottla.load.StopSignal;
import io.ottla.load.TextReport;
import io.ottla.load.TrackResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the four loads have in common: the topic, the run, Ctrl-C, the report. Each says its plan and its clients' settings. */
abstract class BenchLoad implements Callable<Integer> {
    static final double DURATION_S = 10;
    /** How long Ctrl-C waits for the clients to leave, the report and the removal of the topic. */
    private static final long FINISH_S_MAX = 20;
    /** Fewer than Kafka's minute, so that a bench against nothing ends while its reader is still there. */
    private static final Map<String, String> CLIENT_DEFAULTS =
            Map.of("max.block.ms", "15000", "default.api.timeout.ms", "15000", "enable.auto.commit", "false");

    @Mixin
    BrokerOptions broker;

    @Mixin
    BenchTopicOptions topics;

    @Mixin
    BenchRunOptions run;

    @Spec
    CommandSpec spec;

    final StopSignal stop = new StopSignal();

    /** What to do to the topic. */
    abstract LoadPlan plan(LoadTopic topic) throws CommandFailed;

    abstract Map<String, String> producerSettings();

    abstract Map<String, String> consumerSettings();

    /** Whether it writes into the topic. */
    boolean writes() {
        return true;
    }

    /** What has to be there before the measuring. */
    void prepare(LoadTopic topic) throws CommandFailed, LoadFailedException, InterruptedException {}

    @Override
    public Integer call() throws Exception {
        try (Interruption _ = new Interruption(
                        stop::ask, FINISH_S_MAX, "not everything was tidied up in time; a topic may be left.");
                Admin admin = broker.admin(LoadTopic.TIMEOUT_MS)) {
            return run(admin);
        } catch (LoadFailedException e) {
            throw e.getCause() == null ? new CommandFailed(e.getMessage()) : broker.failed("measuring", e.getCause());
        } catch (ExecutionException | KafkaException e) {
            throw broker.failed("measuring", e);
        }
    }

    private int run(Admin admin) throws Exception {
        validate();
        LoadTopic topic = topics.open(admin, writes());
        try {
            LoadPlan plan = validPlan(topic);
            prepare(topic);
            if (stop.asked()) return 0;
            LoadResult result = Load.run(plan, clients(), settings(plan), stop, progress());
            report(result);
            return result.tracks().stream().anyMatch(track -> track.errors() > 0) ? 1 : 0;
        } finally {
            if (!topics.keep) topic.remove();
        }
    }

    private void validate() {
        atLeastOne("--partitions", topics.partitions);
        run.count.ifPresent(count -> atLeastOne("--count", count));
        run.durationS.ifPresent(seconds -> {
            if (!(seconds > 0))
                throw new ParameterException(spec.commandLine(), "--duration takes more than 0 seconds.");
        });
        if (!(run.warmupS >= 0) || run.warmupS >= run.durationS.orElse(Double.MAX_VALUE))
            throw new ParameterException(
                    spec.commandLine(), "--warmup takes 0 or more seconds, and fewer than --duration.");
    }

    final void atLeastOne(String option, long value) {
        if (value < 1)
            throw new ParameterException(spec.commandLine(), option + " takes 1 or more, not " + value + ".");
    }

    private LoadPlan validPlan(LoadTopic topic) throws CommandFailed {
        try {
            LoadPlan plan = plan(topic);
            if (plan.group().isEmpty() && plan.consumers() > plan.partitions())
                throw new CommandFailed(plan.consumers() + " consumers cannot divide the " + plan.partitions()
                        + " partitions of " + topic.name() + ": give --partitions or fewer --consumers.");
            return plan;
        } catch (IllegalArgumentException e) {
            throw new CommandFailed("This load cannot be run: " + e.getMessage() + ".");
        }
    }

    /** With producers and consumers at once. */
    final LoadPlan twoSided(
            LoadPlan.Kind kind,
            LoadTopic topic,
            BenchProducerOptions producers,
            BenchConsumerOptions consumers,
            int recordBytes,
            double recordsPerS) {
        atLeastOne("--producers", producers.producers);
        atLeastOne("--consumers", consumers.consumers);
        return new LoadPlan(
                kind,
                topic.name(),
                topic.partitions(),
                producers.activePartitions,
                recordBytes,
                run.count.orElse(0L),
                durationS(),
                run.warmupS,
                recordsPerS,
                producers.producers,
                consumers.consumers,
                consumers.group.orElse(""));
    }

    final double durationS() {
        return run.durationS.orElse(run.count.isPresent() ? 0 : DURATION_S);
    }

    final Clients clients() throws CommandFailed {
        return new Clients(broker.settings(with(producerSettings())), broker.settings(with(consumerSettings())));
    }

    private static Map<String, String> with(Map<String, String> own) {
        Map<String, String> all = new LinkedHashMap<>(CLIENT_DEFAULTS);
        all.putAll(own);
        return all;
    }

    /** What the report says about the load; not the client's file, which may hold passwords. */
    private Map<String, Object> settings(LoadPlan plan) {
        Map<String, Object> settings = new LinkedHashMap<>(plan.toMap());
        settings.put("bootstrapServer", broker.bootstrapServer);
        if (plan.producers() > 0) settings.putAll(producerSettings());
        if (plan.consumers() > 0) settings.putAll(consumerSettings());
        broker.properties.forEach((key, value) -> {
            if (!isSecret(key)) settings.put(key, value);
        });
        return settings;
    }

    /** What Kafka itself does not print; and what only somebody's own plugin knows, by its name. */
    private static boolean isSecret(String key) {
        return Stream.of(ProducerConfig.configDef(), ConsumerConfig.configDef())
                        .map(known -> known.configKeys().get(key))
                        .anyMatch(known -> known != null && known.type() == ConfigDef.Type.PASSWORD)
                || key.contains("password")
                || key.contains("secret");
    }

    private Load.Observer progress() {
        if (run.quiet) return (elapsedS, warming, tracks) -> {};
        BenchProgress progress = new BenchProgress(System.err);
        return progress::second;
    }

    private void report(LoadResult result) throws CommandFailed {
        if (broker.json) broker.output().tell(result.toMap());
        else TextReport.lines(result).forEach(System.out::println);
        System.out.flush();
        if (run.html.isPresent()) write(run.html.get(), result);
    }

    private void write(Path file, LoadResult result) throws CommandFailed {
        String now = DateTimeFormatter.ofLocalizedDateTime(FormatStyle.LONG, FormatStyle.SHORT)
                .withLocale(Locale.UK)
                .format(ZonedDateTime.now());
        try {
            Files.writeString(file, LoadHtml.page(result, now));
        } catch (IOException e) {
            throw new CommandFailed("The report cannot be written to " + file + ": " + e.getMessage() + ".");
        }
        broker.output().say("The report is " + file.toAbsolutePath().toUri() + ".");
    }

    /** The records that came through of the named track. */
    static long records(LoadResult result, String track) {
        return result.tracks().stream()
                .filter(each -> each.name().equals(track))
                .mapToLong(TrackResult::records)
                .sum();
    }
}
