package io.batonfs.pools;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The process that {@link KillTest} kills: appends predictable bytes to segments of two pools from two threads and says
 * on its standard output what was acknowledged, one line "pool page length" after each append.
 */
final class KilledWriter {
    static final int PAGES = 3;
    private static final int PATTERN_BYTES = 1 << 20;
    private static final byte[] PATTERN = TestPools.bytes(new Random(77), PATTERN_BYTES);

    private KilledWriter() {
    }

    /** Called with the directory and a seed. */
    public static void main(String[] args) throws Exception {
        StorageSet set = open(Path.of(args[0]));
        long seed = Long.parseLong(args[1]);
        for (Pool pool : set.pools()) {
            Thread thread = new Thread(() -> {
                try {
                    write(pool, new Random(seed + pool.name().hashCode()), System.out);
                } catch (IOException e) {
                    e.printStackTrace();
                    Runtime.getRuntime().halt(3);
                }
            }, "writer of " + pool.name());
            thread.start();
        }
    }

    static StorageSet open(Path directory) throws IOException {
        List<BlockDevice> devices = new ArrayList<>();
        boolean fresh = !Files.exists(directory.resolve("dev0"));
        for (int i = 0; i < 4; i++) {
            Path file = directory.resolve("dev" + i);
            devices.add(fresh ? FileBlockDevice.create(file, 32 << 20) : FileBlockDevice.open(file));
        }
        if (fresh) {
            StorageSet.format(StorageSetConfig.DEFAULT, devices, TestPools.GROUP, TestPools.SERVER, new Random(1));
        }
        return TestPools.open(devices);
    }

    static byte[] content(long page, int from, int until) {
        byte[] bytes = new byte[until - from];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = PATTERN[(int) ((page * 7919 + from + i) % PATTERN_BYTES)];
        }
        return bytes;
    }

    private static void write(Pool pool, Random random, PrintStream out) throws IOException {
        List<SegmentInfo> segments = new ArrayList<>(pool.segments());
        while (segments.size() < PAGES) {
            segments.add(pool.segment(TestPools.create(pool, segments.size())));
        }
        while (true) {
            int which = random.nextInt(PAGES);
            SegmentInfo info = pool.segment(segments.get(which).id());
            int until = info.lengthBytes() + 1 + random.nextInt(random.nextBoolean() ? 300 : 60_000);
            if (until > 5_000_000) {
                pool.free(info.id());
                out.println(pool.name() + " " + info.identity().page() + " 0");
                segments.set(which, pool.segment(TestPools.create(pool, info.identity().page())));
            } else {
                TestPools.append(pool, info.id(), info.lengthBytes(),
                        content(info.identity().page(), info.lengthBytes(), until), random.nextInt(30) == 0);
                out.println(pool.name() + " " + info.identity().page() + " " + until);
            }
        }
    }
}
