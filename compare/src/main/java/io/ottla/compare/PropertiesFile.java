package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** Writes small files for servers and clients. */
final class PropertiesFile {
    private PropertiesFile() {}

    static void write(Path file, Map<String, String> properties) throws LoadFailedException {
        Properties all = new Properties();
        all.putAll(properties);
        try (StringWriter text = new StringWriter()) {
            all.store(text, null);
            writeText(file, text.toString());
        } catch (IOException e) {
            throw new LoadFailedException(file + " cannot be written: " + e.getMessage() + ".");
        }
    }

    static void writeText(Path file, String text) throws LoadFailedException {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new LoadFailedException(file + " cannot be written: " + e.getMessage() + ".");
        }
    }
}
