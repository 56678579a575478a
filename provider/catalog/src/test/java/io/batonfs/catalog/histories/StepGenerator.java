package io.batonfs.catalog.histories;

import io.batonfs.catalog.XattrCondition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Draws the next step: mostly one that can be done as the model stands, now and then nonsense. */
final class StepGenerator {
    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final int WRITER_SLOTS = 4;
    private static final int TOKEN_SLOTS = 2;
    private static final int MAX_NODES = 40;
    private static final int MAX_DEPTH = 5;

    private enum Kind {
        MKDIR(8), CREATE(12), WRITE(18), FLUSH(8), NEXT_EXTENT(4), CLOSE(6), APPEND(8), TRUNCATE(5), CONCAT(4),
        RENAME(6), MOVE(4), DELETE(5), CHMOD(3), CHOWN(3), ACL(12), ACCESS(12), XATTR(3), REMOVE_XATTR(2), POLICY(2), SATISFY(1), TRACK(6),
        CLONE(7), SNAPSHOT(4), DROP_SNAPSHOT(4), TOKEN(3), USE_TOKEN(4),
        DROP_TOKEN(3), HOUSEKEEP(16), COLLECT(3), RECOVER(2), FREE(1), REPEAT(2), CHECKPOINT(1), CRASH(1), FLATTEN(1);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    /**
     * What a history dwells on. PLAIN: everything. DEEP: many snapshots and little housekeeping, so that chains of bases
     * grow beyond the soft limit. WIDE: directories of more entries than one step of housekeeping handles.
     */
    enum Profile { PLAIN, DEEP, WIDE }

    private static final int WIDE_ENTRIES = 90;
    private static final int ALL_WEIGHTS = Arrays.stream(Kind.values()).mapToInt(k -> k.weight).sum();

    private final Random random;
    private final NaiveTree model;
    private final RightsGenerator rights;
    private final Profile profile;
    private final List<String> snapshotNames;
    private String collected = "/";
    private List<String> directories;
    private List<String> files;
    private List<String> closed;

    StepGenerator(Random random, NaiveTree model) {
        this.random = random;
        this.model = model;
        this.rights = new RightsGenerator(random);
        int draw = random.nextInt(20);
        this.profile = draw == 0 ? Profile.WIDE : draw < 4 ? Profile.DEEP : Profile.PLAIN;
        this.snapshotNames = IntStream.range(0, profile == Profile.DEEP ? 12 : 2).mapToObj(i -> "s" + i).toList();
    }

    Step next() {
        look();
        Kind kind = kind();
        boolean wide = profile == Profile.WIDE;
        boolean full = model.root.size() > (wide ? 4 * WIDE_ENTRIES : MAX_NODES);
        if (profile == Profile.DEEP && kind == Kind.HOUSEKEEP && chance(0.7)) {
            return new Step.Snapshot(directory(), pick(snapshotNames), false);
        }
        if (wide && chance(0.05)) {
            return full ? new Step.Thin(directory(), random.nextInt(WIDE_ENTRIES))
                    : new Step.Fill(directory(), 1 + random.nextInt(WIDE_ENTRIES));
        }
        return switch (kind) {
            case MKDIR -> new Step.Mkdir(fresh(), rights.mode(), rights.umask());
            case CREATE -> new Step.Create(slot(), chance(0.75) ? fresh() : file(), chance(0.8),
                    rights.mode(), rights.umask());
            case WRITE -> new Step.Write(openSlot(), 1 + random.nextInt(3));
            case FLUSH -> new Step.Flush(openSlot());
            case NEXT_EXTENT -> new Step.NextExtent(openSlot());
            case CLOSE -> new Step.Close(openSlot());
            case RECOVER -> new Step.Recover(openSlot());
            case APPEND -> new Step.Append(slot(), closedFile());
            case TRUNCATE -> new Step.Truncate(closedFile(), random.nextInt(4));
            case CONCAT -> new Step.Concat(closedFile(), chance(0.66) ? List.of(closedFile())
                    : List.of(closedFile(), closedFile()));
            case RENAME -> new Step.Rename(any(), chance(0.6) ? fresh() : any(), chance(0.8));
            case MOVE -> new Step.Move(anyOrRoot(), chance(0.3) ? fresh() : anyOrRoot());
            case DELETE -> new Step.Delete(chance(0.6) ? file() : any());
            case CHMOD -> new Step.Chmod(anyOrRoot(), rights.mode());
            case CHOWN -> new Step.Chown(anyOrRoot(), rights.owner(), rights.group());
            case ACL -> rights.change(chance(0.7) ? directory() : anyOrRoot());
            case ACCESS -> new Step.Access(rights.caller(), chance(0.3) ? source() : anyOrRoot(), random.nextInt(8));
            case XATTR -> new Step.Xattr(anyOrRoot(), random.nextInt(9), pick(List.of(XattrCondition.values())));
            case REMOVE_XATTR -> new Step.RemoveXattr(anyOrRoot());
            case POLICY -> new Step.Policy(anyOrRoot(), pick(List.of("", "FAST", "CAPACITY")));
            case SATISFY -> new Step.Satisfy(anyOrRoot(), 1 + random.nextInt(6), 1 + random.nextInt(6));
            case TRACK -> new Step.Track(file());
            case CLONE -> full ? new Step.Delete(any())
                    : new Step.CloneTree(source(), chance(0.8) ? fresh() : any(), chance(0.6), chance(0.5));
            case SNAPSHOT -> new Step.Snapshot(chance(0.5) ? "/" : directory(), pick(snapshotNames), chance(0.5));
            case DROP_SNAPSHOT -> dropSnapshot();
            case TOKEN -> new Step.MakeToken(random.nextInt(TOKEN_SLOTS), source(), chance(0.5));
            case USE_TOKEN -> full ? new Step.Delete(any()) : new Step.UseToken(random.nextInt(TOKEN_SLOTS), fresh());
            case DROP_TOKEN -> new Step.DropToken(random.nextInt(TOKEN_SLOTS));
            case HOUSEKEEP -> new Step.Housekeep(1 + random.nextInt(3));
            case COLLECT -> collect();
            case FREE -> new Step.FreeExtents();
            case REPEAT -> new Step.Repeat(random.nextInt(40));
            case CHECKPOINT -> new Step.Checkpoint();
            case CRASH -> new Step.Crash();
            case FLATTEN -> chance(0.2) ? new Step.FlattenAll() : new Step.Housekeep(8);
        };
    }

    private Kind kind() {
        int at = random.nextInt(ALL_WEIGHTS);
        for (Kind kind : Kind.values()) {
            at -= kind.weight;
            if (at < 0) {
                return kind;
            }
        }
        throw new IllegalStateException("weights do not add up");
    }

    private void look() {
        directories = new ArrayList<>();
        files = new ArrayList<>();
        closed = new ArrayList<>();
        look("/", model.root);
    }

    private void look(String path, NaiveNode node) {
        if (!node.directory) {
            files.add(path);
            if (!node.isOpen()) {
                closed.add(path);
            }
            return;
        }
        directories.add(path);
        node.children.forEach((name, child) -> look(below(path, name), child));
    }

    private static String below(String path, String name) {
        return path.equals("/") ? "/" + name : path + "/" + name;
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private String nonsense() {
        String path = "/" + pick(NAMES);
        for (int i = random.nextInt(3); i > 0; i--) {
            path += "/" + pick(NAMES);
        }
        return path;
    }

    private String anyOrRoot() {
        int at = random.nextInt(directories.size() + files.size());
        return chance(0.05) ? nonsense() : at < directories.size() ? directories.get(at)
                : files.get(at - directories.size());
    }

    private String any() {
        String path = anyOrRoot();
        return path.equals("/") ? nonsense() : path;
    }

    private String file() {
        return files.isEmpty() || chance(0.05) ? any() : pick(files);
    }

    private String closedFile() {
        return closed.isEmpty() || chance(0.1) ? file() : pick(closed);
    }

    private String directory() {
        return chance(0.05) ? anyOrRoot() : pick(directories);
    }

    /** A path at which there is nothing, if one is found quickly. */
    private String fresh() {
        String path = nonsense();
        for (int i = 0; i < 4; i++) {
            path = below(pick(directories), pick(NAMES));
            boolean shallow = path.chars().filter(c -> c == '/').count() <= MAX_DEPTH;
            if (shallow && !directories.contains(path) && !files.contains(path)) {
                break;
            }
        }
        return path;
    }

    private int slot() {
        return random.nextInt(WRITER_SLOTS);
    }

    private int openSlot() {
        List<Integer> open = new ArrayList<>();
        for (int slot = 0; slot < WRITER_SLOTS; slot++) {
            if (model.holds(slot)) {
                open.add(slot);
            }
        }
        return open.isEmpty() || chance(0.07) ? slot() : pick(open);
    }

    private String source() {
        Map<String, NaiveNode> snapshots = new TreeMap<>(model.snapshots());
        if (!snapshots.isEmpty() && chance(0.25)) {
            String path = pick(List.copyOf(snapshots.keySet()));
            NaiveNode at = snapshots.get(path);
            while (at.directory && !at.children.isEmpty() && chance(0.6)) {
                String name = pick(List.copyOf(at.children.keySet()));
                at = at.children.get(name);
                path = path + "/" + name;
            }
            return path;
        }
        return chance(0.3) ? collected : chance(0.4) ? anyOrRoot() : directory();
    }

    private Step collect() {
        collected = directory();
        return new Step.Collect(collected);
    }

    private Step dropSnapshot() {
        List<String> snapshots = List.copyOf(new TreeMap<>(model.snapshots()).keySet());
        if (snapshots.isEmpty() || chance(0.05)) {
            return new Step.DropSnapshot(directory(), pick(snapshotNames));
        }
        String path = pick(snapshots);
        int at = path.indexOf("/.snapshot/");
        return new Step.DropSnapshot(at == 0 ? "/" : path.substring(0, at), path.substring(at + 11));
    }
}
