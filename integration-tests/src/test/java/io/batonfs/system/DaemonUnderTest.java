package io.batonfs.system;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ChildProcess;
import io.batonfs.processes.ProcessHarness;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/**
 * A daemon in a process of its own, which can be killed. It comes back at the ports that it had, so that clients find it
 * again; before the first start any are free.
 */
public final class DaemonUnderTest implements GroupUnderTest {
    private final ProcessHarness harness;
    private final Path directory;
    private final long deviceBytes;
    private String control = "127.0.0.1:0";
    private String data = "127.0.0.1:0";
    private ChildProcess daemon;

    /** Starts a daemon; see {@link GroupUnderTest#start(Form, Path, long)}. */
    public DaemonUnderTest(Path directory, long deviceBytes) throws IOException, InterruptedException {
        this.directory = Files.createDirectories(directory);
        this.deviceBytes = deviceBytes;
        this.harness = new ProcessHarness(directory);
        try {
            startDaemon();
        } catch (IOException | RuntimeException | Error | InterruptedException e) {
            harness.close();
            throw e;
        }
    }

    private void startDaemon() throws IOException, InterruptedException {
        daemon = harness.start(DaemonProcess.class, directory.resolve("group").toString(), Long.toString(deviceBytes),
                control, data);
        String[] addresses = daemon.nextLine().split(" ");
        control = addresses[0];
        data = addresses[1];
    }

    /** Ends the process as {@code kill -9} does. */
    public void kill() {
        daemon.kill();
    }

    /** Starts another process in the place of one that was killed. */
    public void start() throws IOException, InterruptedException {
        startDaemon();
    }

    /** Ends the process as {@code kill -9} does and starts another. */
    public void killAndStart() throws IOException, InterruptedException {
        kill();
        start();
    }

    @Override
    public URI root() {
        return URI.create("baton://" + control + "/");
    }

    @Override
    public Map<String, String> settings() {
        return Map.of();
    }

    @Override
    public BatonFileSystem open() throws IOException {
        return (BatonFileSystem) FileSystem.newInstance(root(), new Configuration());
    }

    @Override
    public void restart() throws IOException, InterruptedException {
        stop();
        startDaemon();
    }

    private void stop() throws IOException, InterruptedException {
        daemon.send("end");
        daemon.awaitGoodEnd();
    }

    @Override
    public void close() throws IOException {
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the daemon ended; it is killed");
        } finally {
            harness.close();
        }
    }
}
