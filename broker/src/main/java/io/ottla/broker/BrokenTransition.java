package io.ottla.broker;

import java.util.function.Supplier;

/**
 * What a core threw in the middle of a transition, on the way of a request: its state may be half changed, so the node must stop. Any other exception out of a
 * handler is that request's alone ({@link Broker#contained}). Whoever calls a core that changes something on behalf of a request calls it in here.
 */
final class BrokenTransition extends RuntimeException {
    private static final long serialVersionUID = 1;

    private BrokenTransition(RuntimeException cause) {
        super(cause);
    }

    static <T> T orStop(Supplier<T> transition) {
        try {
            return transition.get();
        } catch (BrokenTransition known) {
            throw known;
        } catch (RuntimeException e) {
            throw new BrokenTransition(e);
        }
    }

    static void orStop(Runnable transition) {
        orStop(() -> {
            transition.run();
            return null;
        });
    }
}
