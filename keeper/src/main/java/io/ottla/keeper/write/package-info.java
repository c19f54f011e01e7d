/**
 * The way of a write: {@link io.ottla.keeper.write.RequestPreparer}, {@link io.ottla.keeper.write.Broadcast}, {@link io.ottla.keeper.write.Journal}, {@link
 * io.ottla.keeper.write.Applier}, {@link io.ottla.keeper.write.Answers}, and {@link io.ottla.keeper.write.Pipeline} through all of them.
 */
package io.ottla.keeper.write;
