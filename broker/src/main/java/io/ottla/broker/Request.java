package io.ottla.broker;

import org.apache.kafka.common.protocol.ApiMessage;

/**
 * A request, decoded. Who asked is bound to it here: while it waits, its connection may authenticate anew, or ask under
 * another client id.
 *
 * @param client the connection that it came on; address and listener are its own
 * @param principal who the connection belonged to when the request was decoded
 * @param clientId {@code client.id} in its header; empty if it had none
 * @param version of the API, within what the handler serves
 * @param correlationId echoed in the reply
 * @param receivedMs when its last byte came, in milliseconds since the epoch
 */
public record Request<Q extends ApiMessage>(
        ClientConnection client,
        Principal principal,
        String clientId,
        short version,
        int correlationId,
        long receivedMs,
        Q body) {}
