package io.batonfs.shell;

import io.batonfs.fs.shell.BatonFsShell;
import io.batonfs.server.daemon.BatonDaemon;
import io.batonfs.server.daemon.DaemonConfig;
import java.io.File;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A daemon answers as the transcripts say, over the network, and each user is whom its RPC takes him for. */
class ShellOnDaemonTest {
    @TempDir
    static File temporary;

    private static BatonDaemon daemon;
    private static TranscriptPlayer player;

    @BeforeAll
    static void start() throws IOException {
        FileSystem.closeAll();
        Configuration settings = new Configuration();
        settings.set("baton.server.dir", new File(temporary, "group").toString());
        // Sparse; what is deleted is not free at once.
        settings.set("baton.server.device.bytes", Long.toString(4L << 30));
        settings.set("baton.server.reserved.bytes", "0");
        for (String port : List.of("rpc", "data", "http")) {
            settings.set("baton.server." + port + ".address", "127.0.0.1:0");
        }
        daemon = BatonDaemon.start(DaemonConfig.from(settings));
        Configuration conf = new Configuration();
        conf.set("fs.trash.interval", "60");
        conf.set("fs.defaultFS", "baton://" + daemon.controlAddress());
        player = new TranscriptPlayer("baton", conf, BatonFsShell::new, temporary);
    }

    @AfterAll
    static void stop() throws IOException {
        FileSystem.closeAll();
        if (daemon != null) {
            daemon.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void answers(Session session) throws Exception {
        player.play(session.resource());
    }
}
