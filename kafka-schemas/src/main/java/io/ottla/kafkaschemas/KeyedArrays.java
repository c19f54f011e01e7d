package io.ottla.kafkaschemas;

/** Rewrites generated messages so that arrays whose elements have a key are lists ({@code KeyedArray} in kafka-messages says why), with the methods that they had. */
final class KeyedArrays {
    private static final String TABLE = " extends ImplicitLinkedHashMultiCollection<";
    private static final String LIST = " extends KeyedArray<";

    private KeyedArrays() {}

    static String rewrite(String source) {
        return source.replace(TABLE, LIST);
    }
}
