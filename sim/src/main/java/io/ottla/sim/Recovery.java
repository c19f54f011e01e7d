package io.ottla.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** X1: what a start makes of a drive, the next start leaves as it is. */
final class Recovery {
    private static final long START_MS_MAX = 60_000;

    private Recovery() {}

    /** Starts and kills the node twice; the logs' files must be the same after both. */
    static void mustBeIdempotent(World world, Machine machine, Map<String, String> properties) {
        Map<String, Long> first = recovered(world, machine, properties);
        Map<String, Long> second = recovered(world, machine, properties);
        if (first.equals(second)) return;
        Map<String, Long> left = new TreeMap<>(first);
        Map<String, Long> right = new TreeMap<>(second);
        left.entrySet().removeAll(second.entrySet());
        right.entrySet().removeAll(first.entrySet());
        throw new AssertionError("X1 recover(recover(d)) = recover(d): a start made " + left + ", the next " + right);
    }

    private static Map<String, Long> recovered(World world, Machine machine, Map<String, String> properties) {
        NodeProgram program = new NodeProgram(properties);
        machine.start(program);
        world.until("the node is started", START_MS_MAX, program::serves);
        world.run(100);
        machine.kill();
        Map<String, Long> segments = new TreeMap<>();
        for (Path file : machine.drive().files())
            if (file.toString().endsWith(".log")) segments.put(file.toString(), checksum(machine.drive(), file));
        return segments;
    }

    private static long checksum(VirtualDrive drive, Path path) {
        try {
            FileNode file = drive.file(path);
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            CRC32C checksum = new CRC32C();
            checksum.update(bytes.flip());
            return checksum.getValue() << 32 | file.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
