/**
 * The image of the cluster as read from znodes, in the layout of Kafka 3.9, and the controller's decisions. Reaches
 * znodes through one port, {@link io.ottla.cluster.Coordination}.
 */
package io.ottla.cluster;
