/** One machine: its configuration, and the wiring of broker, coordination and storage over the three ports. */
package io.ottla.node;
