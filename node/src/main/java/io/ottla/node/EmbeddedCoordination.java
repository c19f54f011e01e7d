package io.ottla.node;

import io.ottla.cluster.Coordination;
import io.ottla.keeper.Keeper;
import io.ottla.keeper.api.OpResult;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.ZnodeView;
import io.ottla.zookeeperprotocol.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The coordination service of this very process, as the broker sees it. */
final class EmbeddedCoordination implements Coordination {
    private final Keeper keeper;

    /** Who waits for an answer, by the number of the request. */
    private final Map<Long, Waiting> waiting = new HashMap<>();

    private long requests;

    private record Waiting(List<Op> operations, Consumer<Result> answer) {}

    EmbeddedCoordination(Keeper keeper) {
        this.keeper = keeper;
        keeper.broker(this::answered);
    }

    @Override
    public void write(List<Op> operations, Consumer<Result> answer) {
        List<Request.Op> ops = new ArrayList<>(operations.size());
        for (Op operation : operations) ops.add(request(operation));
        long request = requests++;
        waiting.put(request, new Waiting(operations, answer));
        keeper.submit(request, ops);
    }

    private void answered(long request, io.ottla.keeper.api.Result result) {
        Waiting waits = waiting.remove(request);
        waits.answer.accept(result(waits.operations, result));
    }

    private static Request.Op request(Op operation) {
        return switch (operation) {
            case Op.Create(String path, byte[] data, CreateMode mode) -> new Request.Create(path, data, mode(mode));
            case Op.SetData(String path, byte[] data, int version) -> new Request.SetData(path, data, version);
            case Op.Delete(String path, int version) -> new Request.Delete(path, version);
            case Op.Check(String path, int version) -> new Request.Check(path, version);
        };
    }

    private static io.ottla.zookeeperprotocol.CreateMode mode(CreateMode mode) {
        return switch (mode) {
            case PERSISTENT -> io.ottla.zookeeperprotocol.CreateMode.PERSISTENT;
            case EPHEMERAL -> io.ottla.zookeeperprotocol.CreateMode.EPHEMERAL;
            case PERSISTENT_SEQUENTIAL -> io.ottla.zookeeperprotocol.CreateMode.PERSISTENT_SEQUENTIAL;
        };
    }

    private static Result result(List<Op> operations, io.ottla.keeper.api.Result result) {
        return switch (result) {
            case io.ottla.keeper.api.Result.Committed(long zxid, List<OpResult> results) -> {
                List<String> paths = new ArrayList<>(results.size());
                for (int i = 0; i < results.size(); i++)
                    paths.add(
                            results.get(i) instanceof OpResult.Created created
                                    ? created.path()
                                    : operations.get(i).path());
                yield new Result.Committed(zxid, paths);
            }
            case io.ottla.keeper.api.Result.Refused(int index, int code) -> new Result.Refused(index, refusal(code));
            case io.ottla.keeper.api.Result.Unavailable(String why) -> new Result.Unknown(why);
            case io.ottla.keeper.api.Result.Unknown(String why) -> new Result.Unknown(why);
        };
    }

    private static Refusal refusal(int code) {
        if (code == ErrorCode.NO_NODE.code()) return Refusal.NO_NODE;
        if (code == ErrorCode.NODE_EXISTS.code()) return Refusal.NODE_EXISTS;
        if (code == ErrorCode.BAD_VERSION.code()) return Refusal.BAD_VERSION;
        if (code == ErrorCode.NOT_EMPTY.code()) return Refusal.NOT_EMPTY;
        if (code == ErrorCode.NO_AUTH.code()) return Refusal.NO_AUTH;
        return Refusal.BAD_ARGUMENTS;
    }

    @Override
    public void follow(String root, Follower follower) {
        keeper.follow(root, new io.ottla.keeper.api.Follower() {
            @Override
            public void present(ZnodeView node) {
                follower.present(znode(node));
            }

            @Override
            public void caughtUp() {
                follower.caughtUp();
            }

            @Override
            public void created(ZnodeView node) {
                follower.created(znode(node));
            }

            @Override
            public void dataChanged(ZnodeView node) {
                follower.dataChanged(znode(node));
            }

            @Override
            public void deleted(String path, long zxid) {
                follower.deleted(path, zxid);
            }
        });
    }

    private static Znode znode(ZnodeView node) {
        return new Znode(
                node.path(), node.data(), node.version(), node.czxid(), node.mzxid(), node.ephemeralOwner() != 0);
    }
}
