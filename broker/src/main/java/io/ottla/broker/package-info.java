/** The Kafka broker: one class per API key, and the way of a request from frame to reply. */
package io.ottla.broker;
