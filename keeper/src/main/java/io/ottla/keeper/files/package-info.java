/** ZooKeeper's data directory: transaction log, snapshots, epochs; what a start makes of it, and what is deleted. */
package io.ottla.keeper.files;
