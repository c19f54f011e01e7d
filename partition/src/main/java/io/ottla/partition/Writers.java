package io.ottla.partition;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Who waits for what becomes of an append, by the token that the {@link Partition} knows. A token is given again once it is answered. */
final class Writers {
    private static final Consumer<AppendAnswer> NOBODY = answer -> {
        throw new IllegalStateException("invariant broken: an append is answered twice");
    };

    private final List<Consumer<AppendAnswer>> byToken = new ArrayList<>();
    private int[] free = new int[16];
    private int freeCount;

    /** @return the token */
    long add(Consumer<AppendAnswer> writer) {
        if (freeCount == 0) {
            byToken.add(writer);
            return byToken.size() - 1L;
        }
        int token = free[--freeCount];
        byToken.set(token, writer);
        return token;
    }

    Consumer<AppendAnswer> remove(long token) {
        Consumer<AppendAnswer> writer = byToken.set((int) token, NOBODY);
        if (freeCount == free.length) free = Arrays.copyOf(free, 2 * freeCount);
        free[freeCount++] = (int) token;
        return writer;
    }
}
