package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.LogLevels;
import io.ottla.base.LogLevels.Level;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class ConsoleLogTest {
    private static final String AT = "2026-11-20 09:08:07.006 ";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private Instant now = Instant.parse("2026-11-20T09:08:07.006Z");
    private final ConsoleLog log = new ConsoleLog(() -> stream, new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Instant instant() {
            return now;
        }
    });
    private final Logger ours = log.getLogger("io.ottla.node.Node");

    private String said() {
        String said = bytes.toString(StandardCharsets.UTF_8);
        bytes.reset();
        return said;
    }

    @Test
    void anEventIsALine() {
        ours.info("{} of {}", 1, "ü");
        ours.debug("nothing");
        ours.warn("no arguments {}");
        assertThat(said()).isEqualTo(AT + "INFO Node - 1 of ü\n" + AT + "WARN Node - no arguments {}\n");
        ours.error("it broke: {}", "here", new IllegalStateException("why"));
        assertThat(said()).startsWith(AT + "ERROR Node - it broke: here\njava.lang.IllegalStateException: why\n\tat ");
    }

    @Test
    void whatIsLoggedForEachRequestFillsNoDisk() {
        for (int i = 0; i < 10_000; i++) ours.warn("refused {}", i);
        log.getLogger("io.ottla.node.Other").info("another is heard");
        assertThat(said().lines())
                .hasSize(ConsoleLog.LINES_PER_PERIOD + 1)
                .last()
                .asString()
                .endsWith("Other - another is heard");
        now = now.plusMillis(ConsoleLog.LINES_PERIOD_MS);
        ours.info("done");
        assertThat(said()).endsWith("INFO Node - done (9900 lines of this kind were left out before)\n");
        log.set("io.ottla", Level.DEBUG);
        for (int i = 0; i < 1000; i++) ours.debug("all of it {}", i);
        assertThat(said().lines()).hasSize(1000);
    }

    @Test
    void whatHoldsForOneHoldsForThoseBelow() {
        Logger other = log.getLogger("org.example.Thing");
        other.info("not said");
        log.set(LogLevels.ROOT, Level.INFO);
        other.info("said");
        log.set("org.example", Level.ERROR);
        other.warn("not said");
        log.set("org.example.Thing", Level.TRACE);
        other.trace("said too");
        log.set("org.example", Level.OFF);
        other.debug("still");
        log.unset("org.example.Thing");
        other.error("not said");
        log.unset("org.example");
        other.info("again");
        assertThat(said().lines().map(line -> line.substring(AT.length())))
                .containsExactly(
                        "INFO Thing - said", "TRACE Thing - said too", "DEBUG Thing - still", "INFO Thing - again");
        assertThatThrownBy(() -> log.unset(LogLevels.ROOT)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tellsTheLoggersThatThereAre() {
        log.set("io.ottla", Level.DEBUG);
        assertThat(log.effective())
                .containsEntry("root", Level.WARN)
                .containsEntry("io.ottla", Level.DEBUG)
                .containsEntry("io.ottla.node.Node", Level.DEBUG)
                .doesNotContainKey("io.ottla.node");
    }

    @Test
    void isTheOneThatTheProcessUses() {
        LoggerFactory.getLogger("io.ottla.cli.ConsoleLogTest");
        assertThat(ConsoleLog.ofThisProcess().effective())
                .containsEntry("io.ottla.cli.ConsoleLogTest", Level.INFO)
                .containsEntry("org.apache.kafka", Level.OFF);
    }
}
