package io.ottla.sim;

import io.ottla.base.SeededRandom;

/**
 * How long work on a disk thread takes: twice a draw (until it is done, until the loop hears of it).
 *
 * @param slowChance of a draw being slow, 0 to 1
 * @param coldChance that a page has to be fetched from the device, 0 to 1
 */
public record DiskTiming(long fastNsMax, double slowChance, long slowNsMax, double coldChance) {
    public static final DiskTiming USUAL = new DiskTiming(200_000, 0.01, 20_000_000, 0.1);

    long draw(SeededRandom random) {
        return 1 + random.nextLong(random.chance(slowChance) ? slowNsMax : fastNsMax);
    }
}
