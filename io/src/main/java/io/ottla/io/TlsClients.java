package io.ottla.io;

import io.netty.handler.ssl.SslProvider;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.Outcome;
import io.ottla.base.TlsClientSettings;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The keys that a node dials with, kept for as long as their files stay what they were. On the loop; files are read off it. */
final class TlsClients {
    /** A node dials with a handful of settings; of more, the one used longest ago is read again. */
    private static final int KEPT_MAX = 16;

    private final Disk disk;
    private final SslProvider provider;
    private final Map<TlsClientSettings, Loaded> kept = new LinkedHashMap<>(16, 0.75f, true);

    /** What was read, and what the files were just before. */
    private record Loaded(TlsContext context, List<FileStamp> stamps) {}

    TlsClients(Disk disk, SslProvider provider) {
        this.disk = disk;
        this.provider = provider;
    }

    /** What to dial with. Good within the call of the completion. */
    void find(TlsClientSettings settings, Completion<TlsContext> completion) {
        List<FileStamp> known = kept.containsKey(settings) ? kept.get(settings).stamps : List.of();
        boolean isKnown = kept.containsKey(settings);
        disk.submit(
                this,
                () -> {
                    List<FileStamp> stamps = FileStamp.of(settings.keys(), settings.trust());
                    return isKnown && stamps.equals(known)
                            ? List.<Loaded>of()
                            : List.of(new Loaded(TlsContext.load(settings, provider), stamps));
                },
                outcome -> found(settings, outcome, completion));
    }

    private void found(TlsClientSettings settings, Outcome<List<Loaded>> outcome, Completion<TlsContext> completion) {
        switch (outcome) {
            case Outcome.Failed<List<Loaded>>(IOException cause) -> completion.complete(Outcome.failed(cause));
            case Outcome.Done<List<Loaded>>(List<Loaded> fresh) -> {
                if (!fresh.isEmpty()) keep(settings, fresh.getFirst());
                // another may have pushed it out meanwhile
                if (kept.containsKey(settings)) completion.complete(Outcome.done(kept.get(settings).context));
                else find(settings, completion);
            }
        }
    }

    /** Connections that were made from one that goes stay. */
    private void keep(TlsClientSettings settings, Loaded loaded) {
        Loaded former = kept.put(settings, loaded);
        if (former != null) former.context.release();
        if (kept.size() <= KEPT_MAX) return;
        TlsClientSettings eldest = kept.keySet().iterator().next();
        kept.remove(eldest).context.release();
    }

    void close() {
        kept.values().forEach(loaded -> loaded.context.release());
        kept.clear();
    }
}
