package io.ottla.sim;

import io.ottla.base.Limits;
import io.ottla.base.NetworkContract;
import io.ottla.base.WorldUnderTest;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass(name = "seed {0}")
@ValueSource(longs = {1, 2, 3, 4, 5})
class VirtualNetworkTest extends NetworkContract {
    @Parameter
    long seed;

    @Override
    protected WorldUnderTest open(Limits limits) {
        return new VirtualWorld(seed, limits);
    }
}
