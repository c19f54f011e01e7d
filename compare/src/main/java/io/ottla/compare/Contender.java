package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A server program that takes part in a comparison: how it is run on a folder of its own. */
public interface Contender {
    /** As it stands in the table. */
    String name();

    /** What it can be asked: it takes part in the rows of these. */
    Set<Service> services();

    /**
     * How to run it in the foreground.
     *
     * @param environment what the process finds in its environment beside ours
     */
    record Command(List<String> words, Map<String, String> environment) {}

    /**
     * Prepares the folder, which is empty the first time, and says how the server is run on it.
     *
     * @param properties of server.properties, or zoo.cfg, the same for all contenders: listeners, log.dirs, clientPort, …
     */
    Command prepare(Path folder, Map<String, String> properties) throws LoadFailedException, InterruptedException;
}
