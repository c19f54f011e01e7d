package io.ottla.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Network;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminPortTest {
    private record Bound(int port) implements Network.Listening {
        @Override
        public void close() {}
    }

    /** As people put it behind {@code http://}. */
    @ParameterizedTest
    @CsvSource({"localhost,localhost:8080", "10.0.0.1,10.0.0.1:8080", "::1,[::1]:8080"})
    void itsAddressIsOneOfAUrl(String host, String address) throws Exception {
        AdminPort port = new AdminPort(new ZooConfig.Admin(host, 0, "/commands", true), Optional::empty);
        assertThat(port.address()).isEmpty();
        port.bind((where, wanted, desk) -> new Bound(8080));
        assertThat(port.address().map(Address::local)).hasValue(address);
        port.close();
        assertThat(port.address()).isEmpty();
    }
}
