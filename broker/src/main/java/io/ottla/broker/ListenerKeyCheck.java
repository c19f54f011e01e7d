package io.ottla.broker;

import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Looks whether the keys of listeners could be used, before they are set. */
@FunctionalInterface
public interface ListenerKeyCheck {
    /** Takes all. */
    ListenerKeyCheck NONE = (values, flaw) -> flaw.accept(Optional.empty());

    /**
     * @param values what would be set for this broker
     * @param flaw gets a sentence for people, or nothing; perhaps within the call
     */
    void check(Map<String, String> values, Consumer<Optional<String>> flaw);
}
