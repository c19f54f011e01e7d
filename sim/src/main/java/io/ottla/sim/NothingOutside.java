package io.ottla.sim;

import io.ottla.base.Http;
import io.ottla.base.LogLevels;
import io.ottla.base.Network;
import io.ottla.cluster.ExternalCoordination;
import io.ottla.node.Node;

/** A simulated node has all in itself. Its admin port is there, but nobody asks. */
final class NothingOutside implements Node.Outside {
    @Override
    public ExternalCoordination coordination() {
        throw new UnsupportedOperationException("a coordination service elsewhere is not simulated");
    }

    @Override
    public Http http() {
        return (host, port, desk) -> new Network.Listening() {
            @Override
            public int port() {
                return port;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public LogLevels logLevels() {
        return LogLevels.ofNobody();
    }
}
