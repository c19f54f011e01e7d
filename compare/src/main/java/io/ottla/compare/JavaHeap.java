package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The heap of a server's virtual machine, as {@code jcmd} of the same JDK tells. */
final class JavaHeap {
    /** A line of {@code GC.heap_info} for each part of the heap: two of the serial collector, one of G1. */
    private static final Pattern USED = Pattern.compile(
            "(?m)^\\s*(?:DefNew|Tenured|def new generation|tenured generation|garbage-first heap)\\s+total.*?used (\\d+)K");

    private JavaHeap() {}

    /** Collects all garbage. @return what is left, MB (millions of bytes) */
    static double usedMb(ServerProcess server) throws LoadFailedException, InterruptedException {
        Tool.jcmd(server, "GC.run");
        return usedMb(Tool.jcmd(server, "GC.heap_info"));
    }

    static double usedMb(String info) throws LoadFailedException {
        Matcher parts = USED.matcher(info);
        long usedKb = 0;
        int found = 0;
        for (; parts.find(); found++) usedKb += Long.parseLong(parts.group(1));
        if (found == 0) throw new LoadFailedException("jcmd's GC.heap_info tells no use of the heap:\n" + info);
        return usedKb * 1024 / 1e6;
    }
}
