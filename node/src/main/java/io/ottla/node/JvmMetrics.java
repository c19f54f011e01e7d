package io.ottla.node;

import com.sun.management.UnixOperatingSystemMXBean;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers of the virtual machine and its process, as Prometheus' own client for Java tells them (simpleclient_hotspot 0.9, {@code DefaultExports}),
 * which is what the original's {@code exportJvmInfo} is. Left out is {@code jvm_memory_pool_allocated_bytes_total}, which would have to listen to
 * each collection.
 *
 * <p>To be called away from the loop: asking for all threads stops them for a moment.
 */
final class JvmMetrics {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int STATUS_BYTES_MAX = 16 * 1024;
    private static final double KIB = 1024;
    private static final List<String> THREAD_STATES =
            List.of("BLOCKED", "NEW", "RUNNABLE", "TERMINATED", "TIMED_WAITING", "WAITING");

    private final StringBuilder text = new StringBuilder(4096);

    private JvmMetrics() {}

    /** In the text format that Prometheus scrapes. */
    static String text(Disk disk) {
        JvmMetrics metrics = new JvmMetrics();
        metrics.process(status(disk));
        metrics.memory();
        metrics.collections();
        metrics.threads();
        metrics.classes();
        return metrics.text.toString();
    }

    private void family(String name, String type) {
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private void single(String name, String type, double value) {
        family(name, type);
        sample(name, "", "", value);
    }

    private void sample(String name, String label, String labelValue, double value) {
        text.append(name);
        if (!label.isEmpty())
            text.append('{')
                    .append(label)
                    .append("=\"")
                    .append(labelValue.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append("\",}");
        text.append(' ').append(value).append('\n');
    }

    /** Linux tells some of them in a file only; empty elsewhere. */
    private static String status(Disk disk) {
        DiskFile file;
        try {
            file = disk.open(STATUS, Disk.OpenMode.READ);
        } catch (IOException e) {
            return "";
        }
        try {
            ByteBuffer read = ByteBuffer.allocate(STATUS_BYTES_MAX);
            file.read(0, read);
            return StandardCharsets.US_ASCII.decode(read.flip()).toString();
        } catch (IOException e) {
            return "";
        } finally {
            file.release();
        }
    }

    private static OptionalDouble bytes(String status, String key) {
        Matcher line = Pattern.compile("^" + key + ":\\s+(\\d+) kB$", Pattern.MULTILINE)
                .matcher(status);
        return line.find() ? OptionalDouble.of(Long.parseLong(line.group(1)) * KIB) : OptionalDouble.empty();
    }

    private void process(String status) {
        Optional<UnixOperatingSystemMXBean> unix =
                ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean bean
                        ? Optional.of(bean)
                        : Optional.empty();
        unix.ifPresent(bean -> single("process_cpu_seconds_total", "counter", bean.getProcessCpuTime() / 1e9));
        single(
                "process_start_time_seconds",
                "gauge",
                ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
        unix.ifPresent(bean -> {
            single("process_open_fds", "gauge", bean.getOpenFileDescriptorCount());
            single("process_max_fds", "gauge", bean.getMaxFileDescriptorCount());
        });
        bytes(status, "VmSize").ifPresent(size -> single("process_virtual_memory_bytes", "gauge", size));
        bytes(status, "VmRSS").ifPresent(size -> single("process_resident_memory_bytes", "gauge", size));
        family("jvm_info", "gauge");
        text.append("jvm_info{version=\"%s\",vendor=\"%s\",runtime=\"%s\",} 1.0\n"
                .formatted(
                        System.getProperty("java.runtime.version", "unknown"),
                        System.getProperty("java.vm.vendor", "unknown"),
                        System.getProperty("java.runtime.name", "unknown")));
    }

    private void memory() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        Map<String, MemoryUsage> areas =
                new TreeMap<>(Map.of("heap", memory.getHeapMemoryUsage(), "nonheap", memory.getNonHeapMemoryUsage()));
        Map<String, MemoryUsage> pools = new TreeMap<>();
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans())
            pools.put(pool.getName(), pool.getUsage());
        usages("jvm_memory_bytes_", "area", areas);
        usages("jvm_memory_pool_bytes_", "pool", pools);
        buffers("jvm_buffer_pool_used_bytes", BufferPoolMXBean::getMemoryUsed);
        buffers("jvm_buffer_pool_capacity_bytes", BufferPoolMXBean::getTotalCapacity);
        buffers("jvm_buffer_pool_used_buffers", BufferPoolMXBean::getCount);
    }

    private void usages(String prefix, String label, Map<String, MemoryUsage> all) {
        usage(prefix + "used", label, all, MemoryUsage::getUsed);
        usage(prefix + "committed", label, all, MemoryUsage::getCommitted);
        usage(prefix + "max", label, all, MemoryUsage::getMax);
        usage(prefix + "init", label, all, MemoryUsage::getInit);
    }

    private void usage(String name, String label, Map<String, MemoryUsage> all, ToLongFunction<MemoryUsage> of) {
        family(name, "gauge");
        all.forEach((which, usage) -> sample(name, label, which, of.applyAsLong(usage)));
    }

    private void buffers(String name, ToLongFunction<BufferPoolMXBean> of) {
        family(name, "gauge");
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class))
            sample(name, "pool", pool.getName(), of.applyAsLong(pool));
    }

    private void collections() {
        String name = "jvm_gc_collection_seconds";
        family(name, "summary");
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            sample(name + "_count", "gc", collector.getName(), collector.getCollectionCount());
            sample(name + "_sum", "gc", collector.getName(), collector.getCollectionTime() / 1e3);
        }
    }

    private void threads() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        single("jvm_threads_current", "gauge", threads.getThreadCount());
        single("jvm_threads_daemon", "gauge", threads.getDaemonThreadCount());
        single("jvm_threads_peak", "gauge", threads.getPeakThreadCount());
        single("jvm_threads_started_total", "counter", threads.getTotalStartedThreadCount());
        single("jvm_threads_deadlocked", "gauge", count(threads.findDeadlockedThreads()));
        single("jvm_threads_deadlocked_monitor", "gauge", count(threads.findMonitorDeadlockedThreads()));
        Map<String, Integer> states = new TreeMap<>();
        THREAD_STATES.forEach(state -> states.put(state, 0));
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds(), 0))
            if (thread != null) states.merge(thread.getThreadState().name(), 1, Integer::sum);
        family("jvm_threads_state", "gauge");
        states.forEach((state, many) -> sample("jvm_threads_state", "state", state, many));
    }

    private static int count(long[] none) {
        return none == null ? 0 : none.length;
    }

    private void classes() {
        ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
        single("jvm_classes_loaded", "gauge", classes.getLoadedClassCount());
        single("jvm_classes_loaded_total", "counter", classes.getTotalLoadedClassCount());
        single("jvm_classes_unloaded_total", "counter", classes.getUnloadedClassCount());
    }
}
