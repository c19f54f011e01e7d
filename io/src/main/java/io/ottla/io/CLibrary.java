package io.ottla.io;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/** Functions of the C library that the JDK has no call for. Whoever wants one says its shape, as its manual page has it. */
final class CLibrary {
    /** What a function that tells its error gets as its first argument. */
    static final StructLayout ERRNO = Linker.Option.captureStateLayout();

    /** Where in {@link #ERRNO} the number is, in bytes. */
    static final int ERRNO_OFFSET = (int) ERRNO.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    /** The function tells its error. */
    static final Linker.Option TELLS_ERRNO = Linker.Option.captureCallState("errno");

    private CLibrary() {}

    /**
     * @throws RuntimeException or {@link UnsatisfiedLinkError}, if this system has no such function, or lets nobody call it
     */
    @SuppressWarnings("restricted") // the address comes from the C library, the shape from its manual
    static MethodHandle function(String name, FunctionDescriptor shape, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape, options);
    }
}
