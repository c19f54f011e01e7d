package io.ottla.partition;

import org.apache.kafka.common.protocol.Errors;

/** How reading a whole partition ended. */
public sealed interface LoadAnswer {

    /** @param endOffset up to which all was read */
    record Loaded(long endOffset) implements LoadAnswer {}

    record Failed(Errors error) implements LoadAnswer {}
}
