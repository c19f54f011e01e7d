/**
 * Build-time tool: makes one set of Kafka message schemas out of two releases' and has Apache's generator write the
 * Java classes of {@code kafka-messages}. Nothing of it is shipped.
 */
package io.ottla.kafkaschemas;
