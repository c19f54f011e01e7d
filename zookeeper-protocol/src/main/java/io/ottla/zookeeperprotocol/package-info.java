/**
 * ZooKeeper's records as bytes, in the format of zookeeper-jute: transactions as they stand in the log and travel
 * between servers, access control lists, the stat of a znode, error codes. Nothing here does input or output.
 *
 * <p>What is read may be hostile or torn: lengths and counts are checked against the bytes that are there before
 * anything is allocated for them.
 */
package io.ottla.zookeeperprotocol;
