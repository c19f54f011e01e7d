package io.ottla.keeper.api;

/** The broker in the same process, which is told what became of {@code Keeper.submit}. Calls come on the loop. */
@FunctionalInterface
public interface BrokerAnswers {

    /** @param request the number that it gave */
    void answered(long request, Result result);
}
