package io.ottla.keeper;

/** The broker in the same process, which is told what became of {@link Keeper#submit(long, java.util.List)}. Calls come on the loop. */
@FunctionalInterface
public interface BrokerAnswers {

    /** @param request the number that it gave */
    void answered(long request, Result result);
}
