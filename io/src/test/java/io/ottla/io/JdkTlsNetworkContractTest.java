package io.ottla.io;

import io.netty.handler.ssl.SslProvider;
import io.ottla.base.Limits;
import io.ottla.base.Network;
import io.ottla.base.NetworkContract;
import io.ottla.base.WorldUnderTest;
import java.io.IOException;
import java.util.Optional;

class JdkTlsNetworkContractTest extends NetworkContract {
    @Override
    protected WorldUnderTest open(Limits limits) throws IOException {
        World world = new World(Transport.best(), SslProvider.JDK, limits);
        return new RealWorld(world, TestCertificates.client(Optional.empty()));
    }

    @Override
    protected Network.Security security() {
        return new Network.Security.Tls(TestCertificates.server(), false);
    }

    @Override
    protected Network.DialSecurity dialSecurity() {
        return new Network.DialSecurity.Tls(TestCertificates.dialler(Optional.empty()));
    }
}
