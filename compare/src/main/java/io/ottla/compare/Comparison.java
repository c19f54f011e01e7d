package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/**
 * Runs contenders in turn, one at a time: for each turn each row, for each row each contender, and who begins changes from turn to turn.
 *
 * @param folder where servers keep their data while they run; made if absent, and what the comparison put there is removed
 * @param scale see {@link Turn}
 */
public record Comparison(
        List<Contender> contenders,
        List<Row> rows,
        int turns,
        double scale,
        int repeats,
        Path folder,
        Client client,
        Children children,
        Consumer<String> progress) {

    private static final long DISK_BYTES_LEFT = 1_000_000_000;

    /** Measures, into {@code figures}, until all is done or {@link Children#endAll} is called. */
    public void run(Figures figures) throws LoadFailedException {
        if (!ProcessFigures.available())
            throw new LoadFailedException("A comparison reads /proc/PID, and this system has none; it needs Linux.");
        for (int turn = 1; turn <= turns; turn++)
            for (Row row : rows)
                for (Contender contender : inTurn(contenders, turn)) {
                    if (children.ended()) return;
                    if (!contender.services().contains(row.service())) continue;
                    progress.accept("turn " + turn + " of " + turns + ": " + row.name() + ", " + contender.name());
                    one(row, contender, figures);
                }
    }

    /** Who begins has a colder machine; so everybody begins in turn. */
    static List<Contender> inTurn(List<Contender> contenders, int turn) {
        List<Contender> order = new ArrayList<>();
        for (int i = 0; i < contenders.size(); i++) order.add(contenders.get((turn - 1 + i) % contenders.size()));
        return order;
    }

    private void one(Row row, Contender contender, Figures figures) {
        Path own = null;
        try {
            Files.createDirectories(folder);
            needDisk(row);
            own = Files.createTempDirectory(folder, "ottla-compare-");
            row.measure(new Turn(row.name(), contender, own, client, children, scale, repeats, figures, progress));
        } catch (InterruptedException ended) {
            children.endAll();
        } catch (LoadFailedException | IOException | ExecutionException | RuntimeException e) {
            // whatever it is: hours may have been measured, and are told at the end
            if (children.ended()) return;
            String why = sentence(e);
            progress.accept("    failed: " + why);
            figures.failed(row.name(), contender.name(), why);
        } finally {
            if (own != null) remove(own, row, contender, figures);
        }
    }

    private static String sentence(Exception failure) {
        Throwable cause = failure instanceof ExecutionException ? failure.getCause() : failure;
        return cause instanceof LoadFailedException ? cause.getMessage() : cause.toString();
    }

    private void needDisk(Row row) throws IOException, LoadFailedException {
        long wanted = (long) (row.diskBytes() * Math.min(1, scale) * repeats) + DISK_BYTES_LEFT;
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < wanted)
            throw new LoadFailedException(
                    "It writes up to %.0f GB, and %s has room for %.0f GB; --folder names another disk, --scale makes it smaller."
                            .formatted(wanted / 1e9, folder, free / 1e9));
    }

    private void remove(Path own, Row row, Contender contender, Figures figures) {
        try {
            Folders.remove(own);
        } catch (IOException e) {
            figures.failed(
                    row.name(),
                    contender.name(),
                    "what it wrote to " + own + " could not be removed: " + e.getMessage() + ".");
        }
    }
}
