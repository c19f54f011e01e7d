package io.ottla.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatcherTest {
    private final Watcher.Armed armed = new Watcher.Armed();
    private final List<String> told = new ArrayList<>();

    private Watcher watcher(String name, Runnable then) {
        return new Watcher() {
            @Override
            protected void changed() {
                told.add(name);
                then.run();
            }
        };
    }

    @Test
    void isToldOnceInTheOrderOfArming() {
        armed.arm(watcher("a", () -> {}));
        armed.arm(watcher("b", () -> {}));
        armed.wake();
        armed.wake();
        assertThat(told).containsExactly("a", "b");
    }

    @Test
    void armingTwiceIsArmingOnce() {
        Watcher a = watcher("a", () -> {});
        armed.arm(a);
        armed.arm(a);
        armed.wake();
        assertThat(told).containsExactly("a");
        assertThat(a.isArmed()).isFalse();
    }

    @Test
    void oneThatIsToldMayDisarmAnother() {
        Watcher b = watcher("b", () -> {});
        armed.arm(watcher("a", b::disarm));
        armed.arm(b);
        armed.arm(watcher("c", () -> {}));
        armed.wake();
        assertThat(told).containsExactly("a", "c");
    }

    @Test
    void disarmingOneThatIsNotArmedDoesNothing() {
        watcher("a", () -> {}).disarm();
        armed.wake();
        assertThat(told).isEmpty();
    }

    @Test
    void armingItselfWhileToldIsAFault() {
        Watcher[] self = new Watcher[1];
        self[0] = watcher("a", () -> armed.arm(self[0]));
        armed.arm(self[0]);
        assertThatThrownBy(armed::wake).hasMessageContaining("armed itself");
    }
}
