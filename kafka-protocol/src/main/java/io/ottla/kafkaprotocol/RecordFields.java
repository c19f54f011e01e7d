package io.ottla.kafkaprotocol;

/** Where the parts of the current record are, as positions in the window of a {@link RecordSource}; lengths of −1 are null. */
final class RecordFields {
    long offset;
    long timestamp;
    int keyPosition;
    int keyLength;
    int valuePosition;
    int valueLength;
    int headersPosition;
    int headerCount;
}
