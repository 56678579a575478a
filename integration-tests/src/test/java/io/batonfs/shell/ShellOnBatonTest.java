package io.batonfs.shell;

import io.batonfs.fs.shell.BatonFsShell;
import java.io.File;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Baton answers as the transcripts say: an embedded group, or the one that the system property
 * {@value #URI_PROPERTY} names, whose root is then emptied.
 */
class ShellOnBatonTest {
    private static final String URI_PROPERTY = "baton.test.uri";

    @TempDir
    static File temporary;

    private static TranscriptPlayer player;

    @BeforeAll
    static void open() throws IOException {
        FileSystem.closeAll();
        Configuration conf = new Configuration();
        conf.set("baton.embedded.dir", new File(temporary, "group").toString());
        // Sparse; what is deleted is not free at once.
        conf.set("baton.embedded.device.bytes", Long.toString(4L << 30));
        conf.set("fs.trash.interval", "60");
        conf.set("fs.defaultFS", System.getProperty(URI_PROPERTY, "baton:///"));
        player = new TranscriptPlayer("baton", conf, BatonFsShell::new, temporary);
    }

    @AfterAll
    static void close() throws IOException {
        FileSystem.closeAll();
    }

    @ParameterizedTest
    @EnumSource
    void answers(Session session) throws Exception {
        player.play(session.resource());
    }
}
