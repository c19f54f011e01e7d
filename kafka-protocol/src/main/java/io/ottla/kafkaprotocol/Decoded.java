package io.ottla.kafkaprotocol;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;

/** What a frame turned out to be. */
public sealed interface Decoded {

    /**
     * A sound request of an API and version that is served.
     *
     * @param header its client id is never null: a null one counts as empty, as in Kafka
     * @param body byte ranges in it (records, zero-copy bytes) are views of the frame
     */
    record Request(RequestHeaderData header, ApiMessageType api, ApiMessage body) implements Decoded {}

    /**
     * ApiVersions in a version that is not served. The one case where the client is told: version 0 of the response
     * with error 35 and the versions served (KIP-511).
     */
    record UnsupportedApiVersions(RequestHeaderData header) implements Decoded {}

    /**
     * No request that could be answered: garbage, an unknown API key, a version that is not served. The connection is
     * to be closed without an answer, as Kafka does.
     *
     * @param why for the log; holds nothing that the client wrote but numbers
     */
    record Malformed(String why) implements Decoded {}
}
