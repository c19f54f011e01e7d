package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.ConfigEntity;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the log says of a configuration that has changed. */
class ClusterNewsTest {
    @Test
    void whatChangedIsNamedAndSecretsAreNot() {
        assertThat(ClusterNews.changes(
                        ConfigEntity.topic("t"),
                        Map.of("retention.ms", "5", "flush.ms", "1", "cleanup.policy", "compact"),
                        Map.of("retention.ms", "7", "cleanup.policy", "compact", "segment.bytes", "9")))
                .containsExactly("flush.ms is as by default", "retention.ms=7", "segment.bytes=9");
        assertThat(ClusterNews.changes(
                        ConfigEntity.broker(1),
                        Map.of(),
                        Map.of(
                                "listener.name.ssl.ssl.keystore.password",
                                "secret",
                                "ssl.key.password",
                                "secret",
                                "log.cleaner.threads",
                                "2")))
                .containsExactly(
                        "listener.name.ssl.ssl.keystore.password is set",
                        "log.cleaner.threads=2",
                        "ssl.key.password is set");
        assertThat(ClusterNews.changes(
                        new ConfigEntity(ConfigEntity.Type.USERS, "me"), Map.of(), Map.of("SCRAM-SHA-256", "secret")))
                .containsExactly("SCRAM-SHA-256 is set");
    }
}
