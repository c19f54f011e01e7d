package io.ottla.broker;

import org.apache.kafka.common.protocol.ApiMessage;

/**
 * A request, decoded.
 *
 * @param client the connection that it came on
 * @param version of the API, within what the handler serves
 * @param correlationId echoed in the reply
 * @param receivedMs when its last byte came, in milliseconds since the epoch
 */
public record Request<Q extends ApiMessage>(
        ClientConnection client, short version, int correlationId, long receivedMs, Q body) {}
