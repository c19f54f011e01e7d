package io.ottla.keeper;

import io.ottla.base.DiskFile;

/**
 * A snapshot that somebody asked for.
 *
 * @param zxid of the last transaction in it
 * @param file uncompressed (grammar: {@link SnapshotWalk}); whoever gets it releases it
 * @param sizeBytes of the file
 */
public record SnapshotTaken(long zxid, DiskFile file, long sizeBytes) {}
