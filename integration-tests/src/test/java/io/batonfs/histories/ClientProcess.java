package io.batonfs.histories;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ChildSession;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/** A client in a JVM of its own: carries out what it hears, a root and an operation a line, and says the outcome. */
final class ClientProcess {
    /** In place of a root: no more is to come. */
    static final String END = "end";

    private ClientProcess() {
    }

    public static void main(String[] arguments) throws Exception {
        ChildSession session = ChildSession.begin();
        try (HadoopClient client = new HadoopClient(
                (BatonFileSystem) FileSystem.newInstance(URI.create(arguments[0]), new Configuration()))) {
            session.say("ready");
            for (String line = session.hear(); !line.equals(END); line = session.hear()) {
                String[] rootAndOperation = line.split(" ", 2);
                session.say(client.perform(rootAndOperation[0], Operation.of(rootAndOperation[1])).line());
            }
        }
    }
}
