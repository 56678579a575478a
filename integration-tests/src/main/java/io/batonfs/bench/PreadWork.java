package io.batonfs.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/** Reads 4 KiB at random positions of a file, aligned, each thread by a stream of its own. */
final class PreadWork implements Work {
    private static final int READ_BYTES = 4096;
    private static final long SEED = 4096;

    private final Site site;
    private final int threads;
    private final BigFile big = new BigFile();
    private final Path file;
    private final List<FSDataInputStream> streams = new ArrayList<>();
    private final List<SplittableRandom> randoms = new ArrayList<>();
    private final byte[][] buffers;

    PreadWork(Site site, int threads) throws IOException {
        this.site = site;
        this.threads = threads;
        this.file = site.path("pread");
        this.buffers = new byte[threads][READ_BYTES];
        big.write(site.fs(), file, site.sizes().preadBytes());
        for (int i = 0; i < threads; i++) {
            streams.add(site.fs().open(file));
            randoms.add(new SplittableRandom(SEED + i));
        }
    }

    @Override
    public Figure run() throws Exception {
        return Repetition.during(site.sizes().spell(), threads, this::read).perSecond();
    }

    private void read(int thread, long round) throws IOException {
        long position = randoms.get(thread).nextLong(site.sizes().preadBytes() / READ_BYTES) * READ_BYTES;
        byte[] buffer = buffers[thread];
        streams.get(thread).readFully(position, buffer);
        big.check(file, position, buffer);
    }

    @Override
    public void end() throws IOException {
        for (FSDataInputStream stream : streams) {
            stream.close();
        }
        site.fs().delete(file, false);
    }
}
