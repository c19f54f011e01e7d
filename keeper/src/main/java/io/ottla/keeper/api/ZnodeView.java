package io.ottla.keeper.api;

/**
 * A znode as it stood when it was told.
 *
 * @param data empty where it has none
 * @param ephemeralOwner the session that it goes with; 0 if it stays
 */
public record ZnodeView(String path, byte[] data, int version, long czxid, long mzxid, long ephemeralOwner) {}
