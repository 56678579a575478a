package io.batonfs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A verification that misses damage proves nothing: every kind of it has to be found. */
class TreeCheckTest {
    @TempDir
    Path temporary;

    private SourceTree source;
    private Path copy;

    @BeforeEach
    void makeTrees() throws IOException {
        for (String tree : new String[] {"source", "copy"}) {
            Files.createDirectories(temporary.resolve(tree + "/sub"));
            Files.writeString(temporary.resolve(tree + "/a"), "aaaa");
            Files.writeString(temporary.resolve(tree + "/sub/b"), "bbbb");
        }
        source = InputScan.of(temporary.resolve("source"));
        copy = temporary.resolve("copy");
    }

    @Test
    void equalTreesPass() throws IOException {
        assertThat(compare()).isEmpty();
    }

    @Test
    void changedByteIsFound() throws IOException {
        Files.writeString(copy.resolve("sub/b"), "bbxb");
        assertThat(compare()).hasSize(1).first().asString().contains("sub/b differs from its source");
    }

    @Test
    void otherLengthIsFound() throws IOException {
        Files.writeString(copy.resolve("a"), "aaa");
        assertThat(compare()).hasSize(1).first().asString().contains("has 3 bytes, its source has 4");
    }

    @Test
    void missingFileIsFound() throws IOException {
        Files.delete(copy.resolve("a"));
        assertThat(compare()).hasSize(1).first().asString().contains("/a is missing");
    }

    @Test
    void strangeFileIsFound() throws IOException {
        Files.writeString(copy.resolve("sub/c"), "");
        assertThat(compare()).hasSize(1).first().asString().contains("sub/c is not in the source");
    }

    @Test
    void manyProblemsAreCounted() throws IOException {
        for (int i = 0; i < 8; i++) {
            Files.writeString(copy.resolve("x" + i), "");
        }
        assertThat(compare()).hasSize(6).last().asString().isEqualTo("and 3 more");
    }

    private List<String> compare() throws IOException {
        try (FileSystem fs = new RawLocalFileSystem()) {
            fs.initialize(FileSystem.getDefaultUri(new Configuration()), new Configuration());
            return TreeCheck.compare(source, fs, new org.apache.hadoop.fs.Path(copy.toUri()));
        }
    }
}
