package io.batonfs.leaks;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ChildSession;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A client in a JVM of its own. Arguments: URI, name, threads, directory of shared memory. It hears "work SEED CALLS",
 * to which it says "begun" and "done" with what came of it, with "goes on" between; "figures", "threads", "end". Between
 * two times of work it has no file system open.
 */
final class LoadClient {
    /** What it says now and then while it works. */
    static final String GOES_ON = "goes on";
    /** Instead of a directory: it goes by TCP alone. */
    static final String NO_SHARED_MEMORY = "-";
    private static final int CALLS_BETWEEN = 20;

    private final URI uri;
    private final String name;
    private final int threads;
    private final String sharedMemory;

    private LoadClient(URI uri, String name, int threads, String sharedMemory) {
        this.uri = uri;
        this.name = name;
        this.threads = threads;
        this.sharedMemory = sharedMemory;
    }

    public static void main(String[] arguments) throws Exception {
        ChildSession session = ChildSession.begin();
        LoadClient client = new LoadClient(URI.create(arguments[0]), arguments[1], Integer.parseInt(arguments[2]),
                arguments[3]);
        session.say("ready");
        for (String line = session.hear(); !line.equals("end"); line = session.hear()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "work" -> client.work(session, Long.parseLong(words[1]), Integer.parseInt(words[2]));
                case "figures" -> session.say(ProcessFigures.measure().toLine());
                case "threads" -> session.say(ProcessFigures.threadNames().toString());
                default -> throw new IllegalArgumentException(line);
            }
        }
    }

    private void work(ChildSession session, long seed, int callsOfEach) throws Exception {
        Configuration conf = new Configuration();
        // What is known of an ended token is kept for twice its life, which should be over with the grace time.
        conf.setLong("fs.baton.client.token.life.ms", 300_000);
        if (sharedMemory.equals(NO_SHARED_MEMORY)) {
            conf.setBoolean("fs.baton.client.shared.memory.enabled", false);
        } else {
            conf.set("fs.baton.client.shared.memory.dir", sharedMemory);
        }
        List<Mix> mixes = new ArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        BatonFileSystem fs = (BatonFileSystem) FileSystem.newInstance(uri, conf);
        try {
            List<Future<?>> running = new ArrayList<>();
            session.say("begun");
            for (int thread = 0; thread < threads; thread++) {
                Path home = new Path("/leaks/" + name + "/" + thread);
                fs.mkdirs(home);
                Mix mix = new Mix(uri, conf, fs, home, seed * threads + thread);
                mixes.add(mix);
                running.add(pool.submit(() -> {
                    for (int call = 0; call < callsOfEach; call++) {
                        mix.call();
                        if (calls.incrementAndGet() % CALLS_BETWEEN == 0) {
                            session.say(GOES_ON);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
            pool.awaitTermination(1, TimeUnit.MINUTES);
        }
        Map<String, Integer> refusals = new TreeMap<>();
        try {
            fs.close();
        } catch (IOException e) {
            // It says which of the files that were left open had been replaced or deleted meanwhile; all is closed.
            refusals.merge("CLOSE: " + e.getClass().getSimpleName(), 1, Integer::sum);
        }
        mixes.forEach(mix -> mix.refusals().forEach((what, count) -> refusals.merge(what, count, Integer::sum)));
        System.err.println(name + ", seed " + seed + ": refused " + refusals);
        session.say("done " + calls + " calls, refused "
                + refusals.values().stream().mapToInt(Integer::intValue).sum());
    }
}
