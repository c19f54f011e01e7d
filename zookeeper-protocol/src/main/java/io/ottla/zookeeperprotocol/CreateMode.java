package io.ottla.zookeeperprotocol;

import java.util.Optional;

/** What kind of znode a create makes; the flag is what the request carries (CreateMode of the original). */
public enum CreateMode {
    PERSISTENT(0),
    EPHEMERAL(1),
    PERSISTENT_SEQUENTIAL(2),
    EPHEMERAL_SEQUENTIAL(3),
    CONTAINER(4),
    PERSISTENT_WITH_TTL(5),
    PERSISTENT_SEQUENTIAL_WITH_TTL(6);

    private final int flag;

    CreateMode(int flag) {
        this.flag = flag;
    }

    public int flag() {
        return flag;
    }

    public boolean ephemeral() {
        return this == EPHEMERAL || this == EPHEMERAL_SEQUENTIAL;
    }

    public boolean sequential() {
        return this == PERSISTENT_SEQUENTIAL || this == EPHEMERAL_SEQUENTIAL || this == PERSISTENT_SEQUENTIAL_WITH_TTL;
    }

    public boolean ttl() {
        return this == PERSISTENT_WITH_TTL || this == PERSISTENT_SEQUENTIAL_WITH_TTL;
    }

    /** Empty if no mode has that flag; the request is then answered with {@link ErrorCode#BAD_ARGUMENTS}. */
    public static Optional<CreateMode> fromFlag(int flag) {
        CreateMode[] modes = values();
        return flag >= 0 && flag < modes.length ? Optional.of(modes[flag]) : Optional.empty();
    }
}
