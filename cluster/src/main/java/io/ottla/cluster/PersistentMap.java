package io.ottla.cluster;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;

/**
 * A sorted map that never changes: {@link #put} and {@link #remove} give a new map that shares all but O(log n) of its
 * parts with the old one. So an image of ten thousand topics costs a few dozen objects per change, and whoever holds
 * the old image may keep it.
 *
 * <p>A weight-balanced tree (Adams, "Efficient sets: a balancing act", 1993) with the parameters 3 and 2 that Hirai and
 * Yamamoto proved sound ("Balancing weight-balanced trees", 2011).
 */
public final class PersistentMap<K, V> {
    private static final int DELTA = 3;
    private static final int GAMMA = 2;

    private record Node<K, V>(K key, V value, Node<K, V> left, Node<K, V> right, int size) {}

    private final Comparator<? super K> order;
    private final Node<K, V> root;

    private PersistentMap(Comparator<? super K> order, Node<K, V> root) {
        this.order = order;
        this.root = root;
    }

    public static <K, V> PersistentMap<K, V> empty(Comparator<? super K> order) {
        return new PersistentMap<>(order, null);
    }

    public static <K extends Comparable<? super K>, V> PersistentMap<K, V> empty() {
        return new PersistentMap<>(Comparator.<K>naturalOrder(), null);
    }

    public int size() {
        return size(root);
    }

    public boolean isEmpty() {
        return root == null;
    }

    public boolean containsKey(K key) {
        return find(key) != null;
    }

    public Optional<V> get(K key) {
        Node<K, V> node = find(key);
        return node == null ? Optional.empty() : Optional.of(node.value);
    }

    public V getOrDefault(K key, V absent) {
        Node<K, V> node = find(key);
        return node == null ? absent : node.value;
    }

    public PersistentMap<K, V> put(K key, V value) {
        return new PersistentMap<>(order, put(root, key, value));
    }

    /** This very map, if it has no such key. */
    public PersistentMap<K, V> remove(K key) {
        return containsKey(key) ? new PersistentMap<>(order, remove(root, key)) : this;
    }

    /** Visits all in the order of the keys. */
    public void forEach(BiConsumer<? super K, ? super V> visitor) {
        visit(root, (key, value) -> {
            visitor.accept(key, value);
            return true;
        });
    }

    /** Visits those with keys at or after {@code first}, in order, for as long as {@code visitor} says true. */
    public void forEachFrom(K first, BiPredicate<? super K, ? super V> visitor) {
        visitFrom(root, first, visitor);
    }

    /** The first, in the order of the keys. */
    public Optional<Map.Entry<K, V>> first() {
        if (root == null) return Optional.empty();
        Node<K, V> node = root;
        while (node.left != null) node = node.left;
        return Optional.of(Map.entry(node.key, node.value));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        forEach((key, value) -> text.append(text.length() == 1 ? "" : ", ")
                .append(key)
                .append('=')
                .append(value));
        return text.append('}').toString();
    }

    private Node<K, V> find(K key) {
        Node<K, V> node = root;
        while (node != null) {
            int compared = order.compare(key, node.key);
            if (compared == 0) return node;
            node = compared < 0 ? node.left : node.right;
        }
        return null;
    }

    private static <K, V> boolean visit(Node<K, V> node, BiPredicate<? super K, ? super V> visitor) {
        return node == null
                || (visit(node.left, visitor) && visitor.test(node.key, node.value) && visit(node.right, visitor));
    }

    private boolean visitFrom(Node<K, V> node, K first, BiPredicate<? super K, ? super V> visitor) {
        if (node == null) return true;
        int compared = order.compare(first, node.key);
        if (compared > 0) return visitFrom(node.right, first, visitor);
        if (compared < 0 && !visitFrom(node.left, first, visitor)) return false;
        return visitor.test(node.key, node.value) && visit(node.right, visitor);
    }

    private Node<K, V> put(Node<K, V> node, K key, V value) {
        if (node == null) return new Node<>(key, value, null, null, 1);
        int compared = order.compare(key, node.key);
        if (compared == 0) return new Node<>(key, value, node.left, node.right, node.size);
        return compared < 0
                ? balanced(node.key, node.value, put(node.left, key, value), node.right)
                : balanced(node.key, node.value, node.left, put(node.right, key, value));
    }

    private Node<K, V> remove(Node<K, V> node, K key) {
        int compared = order.compare(key, node.key);
        if (compared < 0) return balanced(node.key, node.value, remove(node.left, key), node.right);
        if (compared > 0) return balanced(node.key, node.value, node.left, remove(node.right, key));
        if (node.left == null) return node.right;
        if (node.right == null) return node.left;
        Node<K, V> next = node.right;
        while (next.left != null) next = next.left;
        return balanced(next.key, next.value, node.left, withoutFirst(node.right));
    }

    private static <K, V> Node<K, V> withoutFirst(Node<K, V> node) {
        return node.left == null ? node.right : balanced(node.key, node.value, withoutFirst(node.left), node.right);
    }

    private static int size(Node<?, ?> node) {
        return node == null ? 0 : node.size;
    }

    private static int weight(Node<?, ?> node) {
        return size(node) + 1;
    }

    private static <K, V> Node<K, V> node(K key, V value, Node<K, V> left, Node<K, V> right) {
        return new Node<>(key, value, left, right, size(left) + size(right) + 1);
    }

    /** A node of these parts, rotated if one side has become too heavy; they may be off balance by one insertion. */
    private static <K, V> Node<K, V> balanced(K key, V value, Node<K, V> left, Node<K, V> right) {
        if (weight(right) > DELTA * weight(left)) {
            Node<K, V> inner = right.left;
            if (weight(inner) < GAMMA * weight(right.right))
                return node(right.key, right.value, node(key, value, left, inner), right.right);
            return node(
                    inner.key,
                    inner.value,
                    node(key, value, left, inner.left),
                    node(right.key, right.value, inner.right, right.right));
        }
        if (weight(left) > DELTA * weight(right)) {
            Node<K, V> inner = left.right;
            if (weight(inner) < GAMMA * weight(left.left))
                return node(left.key, left.value, left.left, node(key, value, inner, right));
            return node(
                    inner.key,
                    inner.value,
                    node(left.key, left.value, left.left, inner.left),
                    node(key, value, inner.right, right));
        }
        return node(key, value, left, right);
    }

    /** The longest way from the root, for tests of the balance. */
    int height() {
        return height(root);
    }

    private static int height(Node<?, ?> node) {
        return node == null ? 0 : 1 + Math.max(height(node.left), height(node.right));
    }
}
