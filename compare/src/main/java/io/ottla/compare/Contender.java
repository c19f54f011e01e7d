package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A server program that takes part in a comparison: how it is run on a folder of its own. */
public interface Contender {
    /** As it stands in the table. */
    String name();

    /**
     * How to run it in the foreground.
     *
     * @param environment what the process finds in its environment beside ours
     */
    record Command(List<String> words, Map<String, String> environment) {}

    /**
     * Prepares the folder, which is empty the first time, and says how the server is run on it.
     *
     * @param properties of server.properties, the same for all contenders: listeners, log.dirs, …
     */
    Command prepare(Path folder, Map<String, String> properties) throws LoadFailedException, InterruptedException;
}
