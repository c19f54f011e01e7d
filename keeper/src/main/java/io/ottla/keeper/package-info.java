/**
 * The coordination service: the znode tree, what a request does to it, and ZooKeeper's own data directory under it.
 *
 * <p>Requests become idempotent transactions ({@link io.ottla.keeper.RequestPreparer}), these become durable
 * ({@link io.ottla.keeper.TxnLog}) and are applied in zxid order ({@link io.ottla.keeper.ZnodeTree});
 * {@link io.ottla.keeper.Keeper} drives it on the node's loop.
 */
package io.ottla.keeper;
