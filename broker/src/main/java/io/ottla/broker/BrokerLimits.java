package io.ottla.broker;

import io.ottla.base.Limits;
import io.ottla.base.Network;

/**
 * What clients may use of a broker before they are asked to wait or are turned away.
 *
 * @param requestBytesMax a frame that announces more is refused (socket.request.max.bytes)
 * @param inFlightPerConnectionMax requests of one connection that are not answered yet; at the limit nothing more is
 *     read from it
 * @param inFlightBytesMax the frames of all requests that are not answered yet, summed over the connections
 *     (queued.max.request.bytes); above it nothing is read from a connection that brings more
 */
public record BrokerLimits(int requestBytesMax, int inFlightPerConnectionMax, long inFlightBytesMax) {
    public static final BrokerLimits DEFAULTS = new BrokerLimits(100 << 20, 128, 256L << 20);

    /** The same, with no more in flight than a node of these limits has room for. */
    public BrokerLimits within(Limits limits) {
        return new BrokerLimits(
                requestBytesMax, inFlightPerConnectionMax, Math.min(inFlightBytesMax, limits.requestsInFlightBytes()));
    }

    /** Refuses what cannot be a frame, before anything is allocated for it. */
    public Network.Framing framing() {
        return prefix -> prefix < 0 || prefix > requestBytesMax ? Network.Framing.CLOSE : prefix;
    }
}
