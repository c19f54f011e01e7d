package io.ottla.kafkamessages;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.common.utils.ImplicitLinkedHashCollection.Element;

/**
 * What generated arrays whose elements have a key ({@code mapKey} of the schemas) extend here, in place of Apache's hash table: a list, in which a key is looked
 * for from the beginning. In that table, with linear probing, n elements of one key cost n² steps, and it is a client that chooses the keys: one frame of
 * 100 MB would keep the loop busy for hours. Who looks for many keys makes a table of his own.
 */
public class KeyedArray<E extends Element> extends ArrayList<E> {
    private static final long serialVersionUID = 1;

    public KeyedArray() {}

    public KeyedArray(int expectedNumElements) {
        super(expectedNumElements);
    }

    public KeyedArray(Iterator<E> iterator) {
        iterator.forEachRemaining(this::add);
    }

    /** The first element with the key of {@code key}; null if there is none, as generated code has it. */
    public final E find(E key) {
        for (E element : this) if (element.elementKeysAreEqual(key)) return element;
        return null;
    }

    /** All elements with the key of {@code key}. */
    public final List<E> findAll(E key) {
        List<E> found = new ArrayList<>();
        for (E element : this) if (element.elementKeysAreEqual(key)) found.add(element);
        return found;
    }

    /** As {@link #add}, which takes everything. */
    public final void mustAdd(E element) {
        add(element);
    }
}
