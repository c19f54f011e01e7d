package io.ottla.cluster;

/** What stands in a znode is not what belongs there. The message names the path and is meant for people. */
public final class MalformedZnodeException extends Exception {
    private static final long serialVersionUID = 1;

    private final String path;

    public MalformedZnodeException(String path, String why) {
        super("znode " + path + ": " + why);
        this.path = path;
    }

    public String path() {
        return path;
    }
}
