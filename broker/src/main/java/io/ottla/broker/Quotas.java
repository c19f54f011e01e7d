package io.ottla.broker;

/** How much somebody may ask for. Asked on the loop, once for each response that is ready to leave. */
@FunctionalInterface
interface Quotas {
    /** As much as he likes. */
    Quotas NONE = request -> 0;

    /** So long the client is to wait before it asks again, in milliseconds; 0 if it has not had too much. */
    int throttleTimeMs(Request<?> request);
}
