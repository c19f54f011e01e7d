package io.ottla.sim;

import io.ottla.base.DiskContract;
import io.ottla.base.WorldUnderTest;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass(name = "seed {0}")
@ValueSource(longs = {1, 2, 3, 4, 5})
class VirtualDiskTest extends DiskContract {
    @Parameter
    long seed;

    @Override
    protected WorldUnderTest open() {
        return new VirtualWorld(seed);
    }
}
