/**
 * ZooKeeper's client port: connections and their sessions, requests and their replies in order, who a client has proved to be, what operators
 * ask in four letters or over the admin port. What the answers are is the keeper's; this package decides who may ask, when it is answered,
 * and how much of it there may be.
 */
package io.ottla.zookeeperserver;
