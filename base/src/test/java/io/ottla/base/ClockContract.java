package io.ottla.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link Clock} promises, for every implementation of it. */
public abstract class ClockContract {
    private WorldUnderTest world;
    private Clock clock;
    private final List<String> ran = new ArrayList<>();

    protected abstract WorldUnderTest open() throws IOException;

    @BeforeEach
    void openWorld() throws IOException {
        world = open();
        clock = world.clock();
    }

    @AfterEach
    void closeWorld() {
        world.close();
    }

    @Test
    void tasksRunInTheOrderGivenAndNeverWithinTheCall() throws IOException {
        world.onLoop(() -> {
            clock.execute(() -> ran.add("first"));
            clock.execute(() -> {
                ran.add("second");
                clock.execute(() -> ran.add("fourth"));
                ran.add("third");
            });
            ran.add("caller");
        });
        world.await("the last task", () -> ran.contains("fourth"));
        assertThat(ran).containsExactly("caller", "first", "second", "third", "fourth");
    }

    @Test
    void tasksMayComeFromOutside() {
        for (int i = 0; i < 100; i++) {
            String task = "task " + i;
            clock.execute(() -> ran.add(task));
        }
        world.await("all tasks", () -> ran.size() == 100);
        assertThat(ran.get(0)).isEqualTo("task 0");
        assertThat(ran.get(99)).isEqualTo("task 99");
    }

    @Test
    void timersRunWhenTheirTimeHasComeAndInItsOrder() throws IOException {
        long[] armedNs = new long[1];
        List<Long> waitedNs = new ArrayList<>();
        world.onLoop(() -> {
            armedNs[0] = clock.monotonicNs();
            for (int delayMs : new int[] {30, 10, 20, 10, 0})
                clock.after(delayMs, () -> {
                    ran.add(delayMs + " ms");
                    waitedNs.add(clock.monotonicNs() - armedNs[0] - delayMs * 1_000_000L);
                });
            ran.add("armed");
        });
        world.await("all timers", () -> ran.size() == 6);
        assertThat(ran).containsExactly("armed", "0 ms", "10 ms", "10 ms", "20 ms", "30 ms");
        assertThat(waitedNs).allMatch(lateNs -> lateNs >= 0);
    }

    @Test
    void aCancelledTimerDoesNotRun() throws IOException {
        world.onLoop(() -> {
            Clock.Timer cancelled = clock.after(5, () -> ran.add("cancelled"));
            clock.after(1, cancelled::cancel);
            clock.after(10, () -> ran.add("later"));
        });
        world.await("the later timer", () -> ran.contains("later"));
        assertThat(ran).containsExactly("later");
    }

    @Test
    void cancellingATimerThatRanDoesNothing() throws IOException {
        Clock.Timer[] timer = new Clock.Timer[1];
        world.onLoop(() -> timer[0] = clock.after(0, () -> ran.add("ran")));
        world.await("the timer", () -> ran.contains("ran"));
        world.onLoop(() -> {
            timer[0].cancel();
            timer[0].cancel();
            clock.after(1, () -> ran.add("another"));
        });
        world.await("another timer", () -> ran.contains("another"));
    }

    @Test
    void aTimerMayBeArmedByATimer() throws IOException {
        world.onLoop(() -> clock.after(1, () -> clock.after(1, () -> ran.add("inner"))));
        world.await("the inner timer", () -> ran.contains("inner"));
    }

    @Test
    void theMonotonicClockNeverGoesBack() throws IOException {
        long[] beforeNs = {clock.monotonicNs()};
        for (int i = 0; i < 5; i++)
            world.onLoop(() -> {
                long nowNs = clock.monotonicNs();
                assertThat(nowNs).isGreaterThanOrEqualTo(beforeNs[0]);
                beforeNs[0] = nowNs;
            });
    }

    @Test
    void theWallClockIsInThisEra() {
        assertThat(clock.nowMs()).isBetween(1_577_836_800_000L, 4_102_444_800_000L); // 2020 to 2100
    }
}
