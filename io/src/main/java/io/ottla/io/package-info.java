/**
 * The real world: sockets, files, threads and the wall clock behind the three ports of {@code base}. The only module
 * that touches them; nothing in here decides anything about Kafka or ZooKeeper.
 */
package io.ottla.io;
