package io.ottla.zookeeperclient;

import io.ottla.cluster.Coordination;
import io.ottla.cluster.Coordination.Op;
import io.ottla.cluster.Coordination.Refusal;
import io.ottla.cluster.Coordination.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;

/** Writes as Apache's client has them, and what their answers mean. */
final class WriteRequests {
    /** Only for their creator's eyes if there are ACLs; as Kafka's {@code ZkData} has it. */
    private static final Set<String> SENSITIVE = Set.of("/config/users", "/delegation_token/tokens");

    private final Chroot chroot;
    private final boolean hasAcls;

    WriteRequests(Chroot chroot, boolean hasAcls) {
        this.chroot = chroot;
        this.hasAcls = hasAcls;
    }

    List<org.apache.zookeeper.Op> operations(List<Op> operations) {
        List<org.apache.zookeeper.Op> asked = new ArrayList<>(operations.size());
        for (Op operation : operations) {
            String path = chroot.full(operation.path());
            asked.add(
                    switch (operation) {
                        case Op.Create(String ours, byte[] data, Coordination.CreateMode mode) ->
                            org.apache.zookeeper.Op.create(path, data, acl(ours), mode(mode));
                        case Op.SetData(String ours, byte[] data, int version) ->
                            org.apache.zookeeper.Op.setData(path, data, version);
                        case Op.Delete(String ours, int version) -> org.apache.zookeeper.Op.delete(path, version);
                        case Op.Check(String ours, int version) -> org.apache.zookeeper.Op.check(path, version);
                    });
        }
        return asked;
    }

    List<ACL> acl(String path) {
        if (!hasAcls) return ZooDefs.Ids.OPEN_ACL_UNSAFE;
        List<ACL> acl = new ArrayList<>(ZooDefs.Ids.CREATOR_ALL_ACL);
        boolean isSensitive = SENSITIVE.stream().anyMatch(each -> path.equals(each) || path.startsWith(each + "/"));
        if (!isSensitive) acl.addAll(ZooDefs.Ids.READ_ACL_UNSAFE);
        return acl;
    }

    private static CreateMode mode(Coordination.CreateMode mode) {
        return switch (mode) {
            case PERSISTENT -> CreateMode.PERSISTENT;
            case EPHEMERAL -> CreateMode.EPHEMERAL;
            case PERSISTENT_SEQUENTIAL -> CreateMode.PERSISTENT_SEQUENTIAL;
        };
    }

    /**
     * @param code of the whole: of the first operation that failed, or that there is no answer
     * @param results one for each operation; none if there is no answer
     * @param lastZxid a zxid that this one is not below, for want of a better
     */
    Result result(List<Op> operations, Code code, List<OpResult> results, long lastZxid) {
        if (code == Code.OK) return committed(operations, results, lastZxid);
        for (int index = 0; index < results.size(); index++) {
            if (!(results.get(index) instanceof OpResult.ErrorResult error)) continue;
            Code own = Code.get(error.getErr());
            // those before the one that failed say OK, those behind it that they were not looked at
            if (own != Code.OK) return new Result.Refused(index, refusal(own));
        }
        return new Result.Unknown("ZooKeeper: " + code);
    }

    private Result committed(List<Op> operations, List<OpResult> results, long lastZxid) {
        List<String> paths = new ArrayList<>(operations.size());
        long zxid = lastZxid;
        for (int index = 0; index < operations.size(); index++) {
            switch (results.get(index)) {
                case OpResult.CreateResult created -> paths.add(chroot.ours(created.getPath()));
                case OpResult.SetDataResult set -> {
                    paths.add(operations.get(index).path());
                    zxid = Math.max(zxid, set.getStat().getMzxid());
                }
                default -> paths.add(operations.get(index).path());
            }
        }
        return new Result.Committed(zxid, paths);
    }

    private static Refusal refusal(Code code) {
        if (code == null) return Refusal.BAD_ARGUMENTS;
        return switch (code) {
            case NONODE -> Refusal.NO_NODE;
            case NODEEXISTS -> Refusal.NODE_EXISTS;
            case BADVERSION -> Refusal.BAD_VERSION;
            case NOTEMPTY -> Refusal.NOT_EMPTY;
            case NOAUTH, AUTHFAILED, INVALIDACL -> Refusal.NO_AUTH;
            default -> Refusal.BAD_ARGUMENTS;
        };
    }
}
