/** Consumer groups (later transactions) as replayed records: handlers return records and a response, replay changes state. */
package io.ottla.coordinator;
