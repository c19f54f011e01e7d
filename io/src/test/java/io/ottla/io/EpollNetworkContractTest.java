package io.ottla.io;

import io.ottla.base.NetworkContract;
import io.ottla.base.WorldUnderTest;
import java.io.IOException;

class EpollNetworkContractTest extends NetworkContract {
    @Override
    protected WorldUnderTest open() throws IOException {
        return new RealWorld(Transport.EPOLL);
    }
}
