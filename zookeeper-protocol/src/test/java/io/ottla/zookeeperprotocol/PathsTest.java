package io.ottla.zookeeperprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a",
                "/a/b",
                "/a.b",
                "/...",
                "/.a",
                "/a..",
                "/ü",
                "/a b",
                "/\uf900",
                "/\uffef",
                "/a/b0000000001"
            })
    void good(String path) {
        assertThat(Paths.fault(path)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "a/b",
                "/a/",
                "//",
                "//a",
                "/a//b",
                "/.",
                "/..",
                "/a/./b",
                "/a/../b",
                "/a/..",
                "/\0",
                "/a\u0001",
                "/\u001f",
                "/\u007f",
                "/\u009f",
                "/\ud83d\ude00",
                "/\uf8ff",
                "/\ufff0",
                "/\uffff"
            })
    void bad(String path) {
        assertThat(Paths.fault(path)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a:/", "/a/b:/a", "/a/b/c:/a/b", "/:/"})
    void parent(String row) {
        int colon = row.lastIndexOf(':');
        assertThat(Paths.parent(row.substring(0, colon))).isEqualTo(row.substring(colon + 1));
    }
}
