package io.batonfs.bench;

import io.batonfs.processes.ChildSession;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JVM in which work is done and timed. Arguments: the contender, whether the sizes are small, the root directory's
 * URI, then settings of the client, key=value. It does what it is told line by line and answers each line by one.
 */
final class ClientProgram {
    private static final Logger LOG = LoggerFactory.getLogger(ClientProgram.class);
    private static final int FIRST_SETTING = 3;

    private final Site site;
    private Work work;

    private ClientProgram(Site site) {
        this.site = site;
    }

    public static void main(String[] arguments) throws Exception {
        ChildSession session = ChildSession.begin();
        Configuration conf = new Configuration();
        for (int i = FIRST_SETTING; i < arguments.length; i++) {
            int equals = arguments[i].indexOf('=');
            conf.set(arguments[i].substring(0, equals), arguments[i].substring(equals + 1));
        }
        URI root = URI.create(arguments[2]);
        Contender contender = Contender.valueOf(arguments[0]);
        // Never closed: whoever started this JVM kills it, and throws away what it worked on.
        FileSystem fs = FileSystem.newInstance(root, conf);
        Path directory = new Path(root);
        fs.mkdirs(directory);
        session.say(ClientReply.done());
        Sizes sizes = Sizes.of(Boolean.parseBoolean(arguments[1]));
        new ClientProgram(new Site(contender, fs, directory, sizes)).obey(session);
    }

    private void obey(ChildSession session) throws InterruptedException {
        while (true) {
            session.say(answer(session.hear()));
        }
    }

    private String answer(String line) {
        try {
            String[] words = line.split(" ", 2);
            switch (ClientStep.valueOf(words[0])) {
                case OPEN -> work = Rows.named(words[1], site.sizes()).work().open(site);
                case BEFORE -> work.before();
                case RUN -> {
                    return ClientReply.figure(work.run());
                }
                case AFTER -> work.after();
                case END -> {
                    work.end();
                    // What it holds outside the heap is needed by the next row.
                    work = null;
                }
            }
            return ClientReply.done();
        } catch (Exception | LinkageError | AssertionError e) {
            LOG.error("{} failed", line, e);
            return ClientReply.failed(e);
        }
    }
}
