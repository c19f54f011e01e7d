package io.ottla.keeper;

import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.WatchEvent;
import io.ottla.keeper.api.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes down what it is told. */
public final class TestWatcher implements Watcher {
    public final List<String> told = new ArrayList<>();
    public List<Identity> identities = List.of();

    @Override
    public List<Identity> identities() {
        return identities;
    }

    @Override
    public void notified(WatchEvent event, String path, long zxid) {
        told.add(event.name().toLowerCase(Locale.ROOT) + " " + path + " " + zxid);
    }

    /** What it was told since the last call, without the zxids. */
    public List<String> news() {
        List<String> news = told.stream()
                .map(each -> each.substring(0, each.lastIndexOf(' ')))
                .toList();
        told.clear();
        return news;
    }
}
