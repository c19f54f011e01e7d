/**
 * The coordination service: the znode tree, what a request does to it, and ZooKeeper's own data directory under it. Here is what others see:
 * {@link io.ottla.keeper.Keeper}, sessions, reads.
 *
 * <p>Each package uses those to its left only (PackagesTest): {@code api ◀ tree ◀ files | watch ◀ write ◀} this one.
 */
package io.ottla.keeper;
