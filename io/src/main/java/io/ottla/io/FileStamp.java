package io.ottla.io;

import io.ottla.base.TlsSettings.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What tells that a file of keys is another than it was. */
record FileStamp(Path path, Optional<FileTime> modified, long sizeBytes) {

    /** Of those stores that are files, as they are now. Blocks. */
    static List<FileStamp> of(Optional<Store> keys, Optional<Store> trust) {
        return Stream.of(keys, trust)
                .flatMap(Optional::stream)
                .filter(Store.File.class::isInstance)
                .map(store -> of(((Store.File) store).path()))
                .toList();
    }

    private static FileStamp of(Path path) {
        try {
            return new FileStamp(path, Optional.of(Files.getLastModifiedTime(path)), Files.size(path));
        } catch (IOException notThere) {
            return new FileStamp(path, Optional.empty(), 0);
        }
    }
}
