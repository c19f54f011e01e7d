package io.ottla.io;

import io.ottla.base.ClockContract;
import io.ottla.base.WorldUnderTest;
import java.io.IOException;

class NioClockContractTest extends ClockContract {
    @Override
    protected WorldUnderTest open() throws IOException {
        return new RealWorld(Transport.NIO);
    }
}
