package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** The longest pause of the garbage collector over all loads, as Java Flight Recorder saw it (jdk.GCPhasePause). */
final class GcRow implements Row {
    private static final String EVENT = "jdk.GCPhasePause";
    private static final String SETTINGS = """
            <?xml version="1.0" encoding="UTF-8"?>
            <configuration version="2.0" label="pauses">
              <event name="jdk.GCPhasePause"><setting name="enabled">true</setting><setting name="threshold">0 ms</setting></event>
            </configuration>
            """;

    @Override
    public String name() {
        return "gc";
    }

    @Override
    public String about() {
        return "longest pause of the garbage collector over all loads";
    }

    @Override
    public boolean usual() {
        return false;
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        try (ServerProcess server = turn.start()) {
            Path settings = server.folder().resolve("pauses.jfc");
            Path recording = server.folder().resolve("pauses.jfr");
            PropertiesFile.writeText(settings, SETTINGS);
            Tool.jcmd(server, "JFR.start", "name=pauses", "settings=" + settings);
            WholeLoadRow.load(turn, server);
            Tool.jcmd(server, "JFR.dump", "name=pauses", "filename=" + recording);
            Pauses pauses = pauses(recording);
            turn.less("longest pause ms", pauses.longestMs());
            turn.less("all pauses ms", pauses.totalMs());
            turn.note("pauses", pauses.count());
        }
    }

    record Pauses(int count, double longestMs, double totalMs) {}

    static Pauses pauses(Path recording) throws IOException {
        int count = 0;
        Duration longest = Duration.ZERO;
        Duration total = Duration.ZERO;
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (!event.getEventType().getName().equals(EVENT)) continue;
                count++;
                total = total.plus(event.getDuration());
                if (event.getDuration().compareTo(longest) > 0) longest = event.getDuration();
            }
        }
        return new Pauses(count, longest.toNanos() / 1e6, total.toNanos() / 1e6);
    }
}
