/**
 * Kafka's log directory: segments with their indexes, producer and epoch state, recovery, retention, compaction.
 *
 * <p>{@link io.ottla.log.Logs} is the way in. It and every {@link io.ottla.log.Log} belong to the node's loop; what may
 * block runs in {@link io.ottla.base.Disk#submit} on values handed to it, and comes back as a completion.
 */
package io.ottla.log;
