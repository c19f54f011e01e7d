package io.ottla.node;

/** What became of {@link Node#stop}. */
public sealed interface StopResult {

    /** All is written; the next start believes it. */
    record Clean() implements StopResult {}

    /**
     * The node holds nothing any more, and something could not be written: the next start recovers.
     *
     * @param sentence what, and what to do
     */
    record Unclean(String sentence) implements StopResult {}
}
