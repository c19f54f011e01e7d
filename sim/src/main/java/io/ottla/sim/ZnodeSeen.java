package io.ottla.sim;

/** A node as a reply showed it. */
record ZnodeSeen(String path, long czxid, long mzxid, int version, long ephemeralOwner, String token) {}
