package io.batonfs.yarn;

import io.batonfs.yarn.tasks.Fate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;

/** Where a test waits for tasks that are in the middle of their output, and lets them go on. For one thread. */
final class MeetingPoint implements AutoCloseable {
    private static final int PATIENCE_MS = (int) TimeUnit.SECONDS.toMillis(180);

    private final ServerSocket server;
    private final List<Socket> waiting = new ArrayList<>();

    /** A point of which the tasks of a job will know. */
    MeetingPoint(Configuration job) throws IOException {
        server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        server.setSoTimeout(PATIENCE_MS);
        job.setInt(Fate.MEETING_PORT_KEY, server.getLocalPort());
    }

    /** Waits for the next task; returns the id of its attempt. */
    String await() throws IOException {
        Socket task = server.accept();
        waiting.add(task);
        return new BufferedReader(new InputStreamReader(task.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }

    /** Lets all go on who have come so far. */
    void letGo() throws IOException {
        for (Socket task : waiting) {
            task.close();
        }
        waiting.clear();
    }

    @Override
    public void close() throws IOException {
        letGo();
        server.close();
    }
}
