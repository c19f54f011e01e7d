package io.ottla.sim;

import io.ottla.base.SeededRandom;

/**
 * How bytes travel.
 *
 * @param slowChance of a segment being late, 0 to 1; later ones queue behind it
 * @param splitChance of what was sent at once arriving in several segments
 * @param mergeChance of it arriving together with what was sent before
 */
public record NetworkTiming(long fastNsMax, double slowChance, long slowNsMax, double splitChance, double mergeChance) {
    public static final NetworkTiming USUAL = new NetworkTiming(100_000, 0.01, 50_000_000, 0.2, 0.2);

    long draw(SeededRandom random) {
        return 1 + random.nextLong(random.chance(slowChance) ? slowNsMax : fastNsMax);
    }
}
