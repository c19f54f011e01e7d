package io.ottla.partition;

import io.ottla.base.Effects;
import java.util.ArrayDeque;

/**
 * What the partitions of a loop want done, in order over all of them. It is carried out after the call that made it, by the
 * outermost call: an answer may lead to the next append without surprising a partition in the middle of its step.
 */
final class EffectQueue {

    /** Carries out what its partition wants. */
    interface Carrier {
        void carryOut(PartitionEffect effect);
    }

    /** The n-th effect is the n-th carrier's. */
    private final ArrayDeque<Carrier> carriers = new ArrayDeque<>();

    private final ArrayDeque<PartitionEffect> effects = new ArrayDeque<>();
    private boolean carryingOut;

    Effects<PartitionEffect> of(Carrier carrier) {
        return effect -> {
            carriers.add(carrier);
            effects.add(effect);
        };
    }

    /** What comes up meanwhile is carried out too. */
    void carryOut() {
        if (carryingOut) return;
        carryingOut = true;
        while (!effects.isEmpty()) carriers.remove().carryOut(effects.remove());
        carryingOut = false;
    }
}
