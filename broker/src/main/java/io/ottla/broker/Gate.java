package io.ottla.broker;

import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** What every request passes on its way to a handler, and every response on its way out. */
final class Gate {
    /** Open to everybody: nothing is refused, nobody waits. */
    static final Gate OPEN = new Gate(Authorizer.ALLOW_ALL, Quotas.NONE);

    private final Authorizer authorizer;
    private final Quotas quotas;

    Gate(Authorizer authorizer, Quotas quotas) {
        this.authorizer = authorizer;
        this.quotas = quotas;
    }

    /** Why the request as a whole is not served; NONE if it is. The first of its needs that is not met tells. */
    Errors refusal(Request<?> request, List<Need> needs) {
        for (int i = 0; i < needs.size(); i++) { // without an iterator, for it is on the way of each request
            switch (needs.get(i)) {
                case Need.OnOne one -> {
                    if (!authorizer.allows(request, one.operation(), one.resource(), one.name()))
                        return one.resource().refused();
                }
                case Need.OnEach each -> {}
            }
        }
        return Errors.NONE;
    }

    /** The one place where a response is told its throttle time (KIP-219). */
    void throttle(Request<?> request, ApiMessage response) {
        int throttleTimeMs = quotas.throttleTimeMs(request);
        if (throttleTimeMs > 0) ThrottleTime.set(response, throttleTimeMs);
    }
}
