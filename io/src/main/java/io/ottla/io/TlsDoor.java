package io.ottla.io;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.Network.Security;
import io.ottla.base.Outcome;
import io.ottla.base.TlsSettings;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys of one listener, which may change while it is open. On the loop; files are read off it. */
final class TlsDoor {
    private static final Logger LOG = LoggerFactory.getLogger(TlsDoor.class);

    /** How often files are looked at for a change. */
    private static final long LOOK_MS = 10_000;

    private final Clock clock;
    private final Disk disk;
    private final SslProvider provider;
    private final boolean orPlain;
    private TlsSettings settings;
    private TlsContext context;
    private List<FileStamp> stamps;
    private boolean closed;

    /** What was read, and what the files were just before. */
    private record Loaded(TlsContext context, List<FileStamp> stamps) {}

    /** Blocks while the files are read. @throws IOException with a sentence for people */
    TlsDoor(Security.Tls security, Clock clock, Disk disk, SslProvider provider) throws IOException {
        this.provider = provider;
        this.clock = clock;
        this.disk = disk;
        orPlain = security.orPlain();
        settings = security.settings();
        Loaded loaded = load(settings);
        context = loaded.context;
        stamps = loaded.stamps;
        look();
    }

    private Loaded load(TlsSettings settings) throws IOException {
        List<FileStamp> before = stamps(settings);
        return new Loaded(TlsContext.load(settings, provider), before);
    }

    private static List<FileStamp> stamps(TlsSettings settings) {
        return FileStamp.of(Optional.of(settings.keys()), settings.trust());
    }

    boolean orPlain() {
        return orPlain;
    }

    SslHandler handler(Channel channel, Handshakes handshakes) {
        SslHandler handler = context.handler(channel.alloc(), handshakes.calculations());
        handler.setHandshakeTimeoutMillis(Handshakes.HANDSHAKE_MS_MAX);
        return handler;
    }

    /** Reads what the settings name and goes by it from then on; if that fails, all stays as it was. */
    void renew(TlsSettings next, Completion<Void> completion) {
        disk.submit(this, () -> load(next), outcome -> {
            switch (outcome) {
                case Outcome.Done<Loaded>(Loaded loaded) -> {
                    if (closed) {
                        loaded.context.release();
                    } else {
                        context.release();
                        context = loaded.context;
                        stamps = loaded.stamps;
                        settings = next;
                    }
                    completion.complete(Outcome.done(null));
                }
                case Outcome.Failed<Loaded>(IOException cause) -> completion.complete(Outcome.failed(cause));
            }
        });
    }

    /** Reads what the settings name, and forgets it. */
    void check(TlsSettings settings, Completion<Void> completion) {
        disk.submit(
                this,
                () -> {
                    load(settings).context.release();
                    return null;
                },
                completion);
    }

    private void look() {
        clock.after(LOOK_MS, () -> {
            if (closed) return;
            if (settings.followsFiles() && !stamps.isEmpty()) renewIfChanged(this::look);
            else look();
        });
    }

    /** Reads the files again if they are others than they were; {@code done} runs afterwards in any case. */
    void renewIfChanged(Runnable done) {
        TlsSettings now = settings;
        disk.submit(this, () -> stamps(now), outcome -> {
            boolean changed = outcome instanceof Outcome.Done<List<FileStamp>>(List<FileStamp> found)
                    && !found.equals(stamps)
                    && now.equals(settings);
            if (changed) renew(((Outcome.Done<List<FileStamp>>) outcome).value(), done);
            else done.run();
        });
    }

    private void renew(List<FileStamp> found, Runnable done) {
        renew(settings, outcome -> {
            if (outcome instanceof Outcome.Failed<Void>(IOException cause)) {
                LOG.error(
                        "the keys of a listener have changed, but it stays with those it has: {}", cause.getMessage());
                stamps = found; // tried once for each change
            } else {
                LOG.info("new connections go by the keys that have changed");
            }
            done.run();
        });
    }

    void close() {
        if (closed) return;
        closed = true;
        context.release();
    }
}
