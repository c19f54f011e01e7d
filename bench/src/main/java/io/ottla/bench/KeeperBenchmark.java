package io.ottla.bench;

import io.ottla.base.SeededRandom;
import io.ottla.keeper.Keeper;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.ReadResult;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.zookeeperprotocol.CreateMode;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** ZooKeeper's way of a read, and of a write with its sync: each set is a transaction of its own on the disk, which no load would be. */
public class KeeperBenchmark extends LoopBenchmark {
    private static final int NODES = 1000;
    private static final int DATA_BYTES = 1000;
    private static final Result NO_ANSWER = new Result.Unknown("it was not answered");

    private InlineDisk disk;
    private Keeper keeper;
    private Caller caller;
    private final String[] paths = new String[NODES];
    private Result answer = NO_ANSWER;
    private int next;

    @Setup
    public void open() {
        disk = new InlineDisk();
        keeper = disk.await(done -> Keeper.open(
                KeeperOptions.DEFAULT, disk.folder(), disk, disk, new SeededRandom(1), InlineDisk.FAULTS, done));
        keeper.broker((request, result) -> answer = result);
        caller = new Caller(keeper.session(), 1, List.of());
        for (int i = 0; i < NODES; i++) {
            paths[i] = "/node" + i;
            submit(new Request.Create(paths[i], new byte[DATA_BYTES], CreateMode.PERSISTENT));
        }
    }

    private Result submit(Request.Op op) {
        answer = NO_ANSWER;
        keeper.submit(0, List.of(op));
        disk.run();
        if (!(answer instanceof Result.Committed)) throw new IllegalStateException(String.valueOf(answer));
        return answer;
    }

    private String path() {
        next = (next + 1) % NODES;
        return paths[next];
    }

    @Benchmark
    public ReadResult get() {
        return keeper.reads().data(caller, path(), Optional.empty());
    }

    @Benchmark
    public Result setAndSync() {
        return submit(new Request.SetData(path(), new byte[DATA_BYTES], -1));
    }

    @TearDown
    public void close() {
        disk.<Void>await(keeper::close);
        disk.close();
    }
}
