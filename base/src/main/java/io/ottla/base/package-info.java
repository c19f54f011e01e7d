/**
 * What every module shares: ids, limits, counters, the contract of a core, and the three ports to the world
 * ({@link io.ottla.base.Network}, {@link io.ottla.base.Disk}, {@link io.ottla.base.Clock}).
 *
 * <p>Nothing in here does input or output. References are never null unless a comment says so.
 */
package io.ottla.base;
