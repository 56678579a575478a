package io.batonfs.yarn.tasks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.apache.hadoop.mapreduce.TaskAttemptContext;

/** What befalls the first attempt of a task in the middle of its output; the name of its input file tells. */
public enum Fate {
    /** Nothing. */
    PLAIN,
    /** Its JVM is gone at once. */
    DIES,
    /** It goes on no more, until it is killed because another attempt was quicker. */
    DAWDLES,
    /** It fails. */
    FAILS,
    /** It tells the test, and waits until the test lets it go on. */
    MEETS;

    /** The port at which a test waits for tasks. */
    public static final String MEETING_PORT_KEY = "baton.test.meeting.port";

    private static final int EXIT_CODE = 66;

    /** The name of an input file for this fate. */
    public String fileName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Fate of(String fileName) {
        for (Fate fate : values()) {
            if (fate.fileName().equals(fileName)) {
                return fate;
            }
        }
        throw new IllegalArgumentException("an input file named " + fileName + " has no fate");
    }

    void befall(TaskAttemptContext attempt) throws IOException, InterruptedException {
        switch (this) {
            case PLAIN -> { }
            case DIES -> Runtime.getRuntime().halt(EXIT_CODE);
            case DAWDLES -> new CountDownLatch(1).await();
            case FAILS -> throw new IOException("failed as its fate wants it");
            case MEETS -> meet(attempt);
        }
    }

    private static void meet(TaskAttemptContext attempt) throws IOException {
        int port = attempt.getConfiguration().getInt(MEETING_PORT_KEY, 0);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream()) {
            out.write((attempt.getTaskAttemptID() + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            // The test lets it go by closing its end.
            if (in.read() >= 0) {
                throw new IOException("the test said something instead of letting the task go");
            }
        }
    }
}
