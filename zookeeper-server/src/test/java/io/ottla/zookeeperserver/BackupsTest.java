package io.ottla.zookeeperserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.base.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The admin command restore: who may, how often, and what is counted of it. */
class BackupsTest {
    private static final long TOOK_MS = 70;

    private final TestPort port = new TestPort();
    private final List<AdminCommands.Response> answers = new ArrayList<>();

    private AdminCommands.Response restore(Optional<Secret> authorization, Optional<InputStream> body) {
        port.server
                .commands()
                .run(
                        new AdminCommands.Request(
                                true, "restore", Map.of(), authorization, InetAddress.getLoopbackAddress(), body),
                        answers::add);
        port.drain();
        return answers.getLast();
    }

    private AdminCommands.Response restore() {
        return restore(Optional.of(new Secret("ip")), Optional.of(InputStream.nullInputStream()));
    }

    @Test
    void itIsTimedAndLimited() {
        port.server.restorer((snapshot, completion) -> {
            port.world.pass(TOOK_MS);
            completion.complete(Outcome.done(0x77L));
        });
        AdminCommands.Response done = restore();
        assertThat(done.error()).isEmpty();
        assertThat(done.values()).containsEntry("last_zxid", 0x77L);
        assertThat(port.server.stats().restores.maxMs()).isEqualTo(TOOK_MS);
        assertThat(restore().status()).as("at once again").isEqualTo(429);
        assertThat(port.server.stats().restoresLimited).isEqualTo(1);
        assertThat(port.server.stats().restores.count()).isEqualTo(1);
    }

    @Test
    void whatFailsIsCountedAsThat() {
        port.server.restorer((snapshot, completion) -> completion.complete(Outcome.failed(new IOException("cut"))));
        AdminCommands.Response failed = restore();
        assertThat(failed.status()).isEqualTo(500);
        assertThat(failed.error().orElseThrow()).endsWith("all is as it was: cut");
        assertThat(port.server.stats().restoreErrors).isEqualTo(1);
        assertThat(port.server.stats().restores.count()).isZero();
    }

    @Test
    void whatIsNotAskedRightlyIsRefused() {
        assertThat(restore(Optional.empty(), Optional.empty()).status()).isEqualTo(401);
        assertThat(restore(Optional.of(new Secret("nonsense")), Optional.empty())
                        .status())
                .isEqualTo(401);
        assertThat(restore().status()).as("nobody restores").isEqualTo(503);
        port.server.restorer((snapshot, completion) -> {
            throw new AssertionError("it was not asked rightly");
        });
        assertThat(restore(Optional.of(new Secret("ip")), Optional.empty()).status())
                .isEqualTo(400);
    }
}
