package io.ottla.broker;

import io.ottla.cluster.Answer;
import org.apache.kafka.common.protocol.Errors;

/**
 * Why a handler refuses one of the things that a request asks for; thrown and caught within the handler, which tells it in
 * the answer. An error of the client, not a fault: it has no stack trace.
 */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    final Errors error;

    Refusal(Errors error, String message) {
        super(Answer.told(message), null, false, false);
        this.error = error;
    }
}
