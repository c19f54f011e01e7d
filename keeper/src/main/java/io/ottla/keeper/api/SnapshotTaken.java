package io.ottla.keeper.api;

import io.ottla.base.DiskFile;

/**
 * A snapshot that somebody asked for.
 *
 * @param zxid of the last transaction in it
 * @param file uncompressed (grammar: {@code SnapshotWalk}); whoever gets it releases it
 * @param sizeBytes of the file
 */
public record SnapshotTaken(long zxid, DiskFile file, long sizeBytes) {}
