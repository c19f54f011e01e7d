/**
 * The coordination service: the znode tree, what a request does to it, and ZooKeeper's own data directory under it.
 *
 * <p>Requests become idempotent transactions ({@link io.ottla.keeper.RequestPreparer}), these become durable
 * ({@link io.ottla.keeper.Journal}) and committed ({@link io.ottla.keeper.Broadcast}), and are applied in zxid order ({@link io.ottla.keeper.Applier});
 * {@link io.ottla.keeper.Pipeline} is the way through all of them, {@link io.ottla.keeper.Keeper} what others see.
 */
package io.ottla.keeper;
