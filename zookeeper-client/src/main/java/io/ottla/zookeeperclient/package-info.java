/** The coordination service as a process of its own: an Apache ZooKeeper, through Apache's client. */
package io.ottla.zookeeperclient;
