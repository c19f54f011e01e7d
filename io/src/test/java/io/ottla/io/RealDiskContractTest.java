package io.ottla.io;

import io.ottla.base.DiskContract;
import io.ottla.base.WorldUnderTest;
import java.io.IOException;

class RealDiskContractTest extends DiskContract {
    @Override
    protected WorldUnderTest open() throws IOException {
        return new RealWorld(Transport.best());
    }
}
