package io.ottla.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Which Ottla this is: {@code 0.1.0 (b48e0cd99a4a)}, the version and the commit that it was built from, if it was built where git is. */
final class Version {
    /** A file that the build writes: {@code git describe}, or nothing. */
    private static final String COMMIT = "commit";

    private Version() {}

    static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        String commit = commit();
        return (version == null ? "(not packaged)" : version) + (commit.isEmpty() ? "" : " (" + commit + ")");
    }

    private static String commit() {
        try (InputStream in = Version.class.getResourceAsStream(COMMIT)) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
