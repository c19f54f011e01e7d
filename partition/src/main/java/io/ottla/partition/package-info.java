/**
 * One replica of a partition: its role (leader, follower, truncating) and leader epoch, the in-sync replicas, high
 * watermark and last stable offset, the produce requests that wait for them, and the readers that wait for data.
 */
package io.ottla.partition;
