package io.ottla.coordinator;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A map with two faces: the latest state, which writes see, and the committed one, which reads see. Costs what a
 * {@link HashMap} does, and a little for each key with a change that is not committed yet.
 */
final class TimelineMap<K, V> {
    private final Timeline timeline;
    private final Map<K, V> latest = new HashMap<>();
    /** The values before each uncommitted change, oldest first: the first is the committed value. */
    private final Map<K, ArrayDeque<Optional<V>>> before = new HashMap<>();

    TimelineMap(Timeline timeline) {
        this.timeline = timeline;
    }

    Optional<V> get(K key) {
        return Optional.ofNullable(latest.get(key));
    }

    boolean containsKey(K key) {
        return latest.containsKey(key);
    }

    Optional<V> committed(K key) {
        ArrayDeque<Optional<V>> earlier = before.get(key);
        return earlier == null ? get(key) : earlier.peekFirst();
    }

    void put(K key, V value) {
        change(key, latest.put(key, value));
    }

    void remove(K key) {
        V previous = latest.remove(key);
        if (previous != null) change(key, previous);
    }

    private void change(K key, V previous) {
        if (!timeline.isRecording()) return;
        before.computeIfAbsent(key, absent -> new ArrayDeque<>(2)).addLast(Optional.ofNullable(previous));
        timeline.add(new Timeline.Change() {
            @Override
            public void settle() {
                forget(key, true);
            }

            @Override
            public void undo() {
                Optional<V> restored = forget(key, false);
                if (restored.isPresent()) latest.put(key, restored.get());
                else latest.remove(key);
            }
        });
    }

    private Optional<V> forget(K key, boolean oldest) {
        ArrayDeque<Optional<V>> earlier = before.get(key);
        Optional<V> value = oldest ? earlier.pollFirst() : earlier.pollLast();
        if (earlier.isEmpty()) before.remove(key);
        return value;
    }

    void forEach(BiConsumer<K, V> visitor) {
        latest.forEach(visitor);
    }

    void forEachCommitted(BiConsumer<K, V> visitor) {
        latest.forEach((key, value) -> {
            if (!before.containsKey(key)) visitor.accept(key, value);
        });
        before.forEach((key, earlier) -> earlier.peekFirst().ifPresent(value -> visitor.accept(key, value)));
    }

    /** Nothing in it, neither in the latest state nor in the committed one. */
    boolean isVoid() {
        return latest.isEmpty() && before.isEmpty();
    }

    boolean isEmpty() {
        return latest.isEmpty();
    }

    int size() {
        return latest.size();
    }
}
