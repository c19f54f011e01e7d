package io.ottla.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.FaultHandler;
import io.ottla.io.LoopClock;
import io.ottla.io.RealDisk;
import io.ottla.io.Transport;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class JvmMetricsTest {
    /** What simpleclient_hotspot 0.9 prints on Linux, but for jvm_memory_pool_allocated_bytes_total. */
    private static final String ORIGINALS = """
            process_cpu_seconds_total counter
            process_start_time_seconds gauge
            process_open_fds gauge
            process_max_fds gauge
            process_virtual_memory_bytes gauge
            process_resident_memory_bytes gauge
            jvm_gc_collection_seconds summary
            jvm_info gauge
            jvm_memory_bytes_used gauge
            jvm_memory_bytes_committed gauge
            jvm_memory_bytes_max gauge
            jvm_memory_bytes_init gauge
            jvm_memory_pool_bytes_used gauge
            jvm_memory_pool_bytes_committed gauge
            jvm_memory_pool_bytes_max gauge
            jvm_memory_pool_bytes_init gauge
            jvm_buffer_pool_used_bytes gauge
            jvm_buffer_pool_capacity_bytes gauge
            jvm_buffer_pool_used_buffers gauge
            jvm_threads_current gauge
            jvm_threads_daemon gauge
            jvm_threads_peak gauge
            jvm_threads_started_total counter
            jvm_threads_deadlocked gauge
            jvm_threads_deadlocked_monitor gauge
            jvm_threads_state gauge
            jvm_classes_loaded gauge
            jvm_classes_loaded_total counter
            jvm_classes_unloaded_total counter
            """;

    @Test
    void namesAndTypesAreThoseOfPrometheusOwnClient() {
        FaultHandler faults = IllegalStateException::new;
        LoopClock clock = new LoopClock("test-loop", Transport.NIO, faults);
        RealDisk disk = new RealDisk(clock, faults);
        String text = JvmMetrics.text(disk);
        disk.close();
        clock.close();
        Map<String, String> types = new TreeMap<>();
        ORIGINALS.lines().forEach(line -> types.put(line.split(" ", -1)[0], line.split(" ", -1)[1]));
        Map<String, String> ours = new TreeMap<>();
        text.lines()
                .filter(line -> line.startsWith("# TYPE"))
                .forEach(line -> ours.put(line.split(" ", -1)[2], line.split(" ", -1)[3]));
        assertThat(ours).isEqualTo(types);
        assertThat(text.lines())
                .allMatch(line -> line.matches(
                        "# TYPE [a-z_]+ (gauge|counter|summary)|[a-z_]+(\\{([a-z]+=\"[^\"]+\",)+})? -?[0-9.E]+"))
                .anyMatch(line -> line.matches("process_resident_memory_bytes [1-9][0-9.E]+"))
                .anyMatch(line -> line.startsWith("jvm_memory_bytes_used{area=\"heap\",} "))
                .anyMatch(line -> line.startsWith("jvm_gc_collection_seconds_count{gc=\""))
                .anyMatch(line -> line.startsWith("jvm_threads_state{state=\"RUNNABLE\",} "));
    }
}
