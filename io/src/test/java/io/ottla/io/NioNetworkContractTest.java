package io.ottla.io;

import io.ottla.base.Limits;
import io.ottla.base.NetworkContract;
import io.ottla.base.WorldUnderTest;
import java.io.IOException;
import javax.net.SocketFactory;

class NioNetworkContractTest extends NetworkContract {
    @Override
    protected WorldUnderTest open(Limits limits) throws IOException {
        return new RealWorld(new World(Transport.NIO, limits), SocketFactory.getDefault());
    }
}
