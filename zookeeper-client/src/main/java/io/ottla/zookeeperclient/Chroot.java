package io.ottla.zookeeperclient;

import java.util.ArrayList;
import java.util.List;

/** The path in the service's tree that the whole of ours is below. */
record Chroot(String path) {

    /** As the service names it. */
    String full(String ours) {
        if (path.isEmpty()) return ours;
        return ours.equals("/") ? path : path + ours;
    }

    /** As we name it. */
    String ours(String full) {
        if (path.isEmpty()) return full;
        return full.length() == path.length() ? "/" : full.substring(path.length());
    }

    /** Itself and all above it, but for the root; parents first. */
    List<String> steps() {
        List<String> steps = new ArrayList<>();
        if (path.isEmpty()) return steps;
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1))
            steps.add(path.substring(0, slash));
        steps.add(path);
        return steps;
    }
}
