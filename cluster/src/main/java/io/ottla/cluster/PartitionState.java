package io.ottla.cluster;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who leads a partition and who is in sync; the data of {@code /brokers/topics/TOPIC/partitions/P/state}:
 * <code>{"version":1,"leader":1,"leader_epoch":5,"controller_epoch":3,"isr":[1,2]}</code>, with
 * <code>"leader_recovery_state":1</code> added while the leader recovers from an unclean election.
 *
 * @param leader a broker, or {@link #NO_LEADER}
 * @param leaderEpoch rises with every new leader and with every loss of one
 * @param controllerEpoch of the controller that wrote it
 * @param isr the replicas that have everything committed; while there is no leader, those of the last one
 * @param isRecovering the leader was elected uncleanly and has not yet said that it has recovered
 */
public record PartitionState(
        int leader, int leaderEpoch, int controllerEpoch, List<Integer> isr, boolean isRecovering) {

    public static final int NO_LEADER = -1;

    /** Of a partition that has no state yet. */
    public static final PartitionState NONE = new PartitionState(NO_LEADER, -1, -1, List.of(), false);

    public boolean hasLeader() {
        return leader != NO_LEADER;
    }

    byte[] encode() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", 1);
        fields.put("leader", leader);
        fields.put("leader_epoch", leaderEpoch);
        fields.put("controller_epoch", controllerEpoch);
        fields.put("isr", isr);
        if (isRecovering) fields.put("leader_recovery_state", 1);
        return ZnodeJson.encode(fields);
    }

    static PartitionState decode(String path, byte[] data) throws MalformedZnodeException {
        ZnodeJson json = ZnodeJson.parse(path, data);
        if (json.intAt("version") != 1) throw json.wrong("version", "1");
        return new PartitionState(
                json.intAt("leader"),
                json.intAt("leader_epoch"),
                json.intAt("controller_epoch"),
                json.intsAt("isr"),
                json.intAt("leader_recovery_state", 0) == 1);
    }
}
