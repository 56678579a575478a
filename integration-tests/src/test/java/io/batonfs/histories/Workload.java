package io.batonfs.histories;

import java.util.List;
import java.util.Random;

/**
 * Random operations on few names, so that clients get into each other's way: on a depth of up to three, with files where
 * others want directories. The same seed gives the same operations. One thread.
 */
final class Workload {
    /** From which each history takes some. */
    static final List<String> NAMES = List.of("/a", "/b", "/a/x", "/a/b", "/b/x", "/b/a", "/a/x/y", "/c");

    private final Random random;
    private final List<String> names;

    Workload(long seed, List<String> names) {
        this.random = new Random(seed);
        this.names = names;
    }

    /** A number of this workload's own, for its owner's choices. */
    int choose(int bound) {
        return random.nextInt(bound);
    }

    /**
     * The next operation; never a {@link Operation.Close}, which depends on what was made.
     *
     * @param tag for a file that it may make
     */
    Operation next(int tag) {
        switch (random.nextInt(16)) {
            case 0:
            case 1:
            case 2:
                return new Operation.Create(tag, name(), random.nextBoolean(), random.nextInt(3) > 0);
            case 3:
            case 4:
                return new Operation.Mkdirs(name());
            case 5:
            case 6:
                return new Operation.Delete(name(), random.nextInt(3) > 0);
            case 7:
            case 8:
                return new Operation.Rename(name(), name());
            case 9:
            case 10:
                return new Operation.RenameTo(name(), name(), random.nextBoolean());
            case 11:
                return new Operation.CloneTree(name(), name(), random.nextBoolean());
            case 12:
            case 13:
                return new Operation.Status(name());
            case 14:
                return new Operation.ListEntries(random.nextInt(4) == 0 ? "/" : name());
            default:
                return new Operation.Read(name());
        }
    }

    private String name() {
        return names.get(random.nextInt(names.size()));
    }
}
