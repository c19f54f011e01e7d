package io.ottla.broker;

import org.apache.kafka.common.acl.AclOperation;

/** Decides who may do what. Asked on the loop, for each request: it must not block. */
@FunctionalInterface
interface Authorizer {
    /** Everybody may do everything. */
    Authorizer ALLOW_ALL = (request, operation, resource, name) -> true;

    /** @param request by whom: its principal, the address of its connection */
    boolean allows(Request<?> request, AclOperation operation, Guarded resource, String name);
}
