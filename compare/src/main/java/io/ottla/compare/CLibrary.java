package io.ottla.compare;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Functions of the C library that the JDK has no call for. */
final class CLibrary {
    private CLibrary() {}

    /** @param shape as the function's manual page has it */
    @SuppressWarnings("restricted") // calling the C library is the point
    static MethodHandle function(String name, FunctionDescriptor shape) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape);
    }
}
