/**
 * The virtual world: clock, disk and network that one seed determines wholly, with every fault that the real ones
 * have, and whole nodes run in it.
 */
package io.ottla.sim;
