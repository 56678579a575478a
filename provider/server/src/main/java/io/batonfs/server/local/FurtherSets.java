package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.server.PoolName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The sets of devices that a server was given beside the one that it was formatted with. In the file
 * {@code sets/server-N}, big-endian; not there if no server of the group ever had any:
 * <pre>
 *   0  magic "BATONSET" (8) | version (4) | highest number ever given (4) | sets (4)
 *      each: number (4) | state as {@link State#code} (1) | devices (4) | for each its path (2 + n) as
 *      {@link DataOutputStream#writeUTF}
 *      version 3: of each: devices that were away (4) | for each of them its number in that list, from 0 (4)
 *      version 4: behind that, of each: whether the devices' own id of it is known (1) | that (16), else zeros
 *      CRC32C of all before (4)
 * </pre>
 * The version is 4 while a set's own id is known, as of those that are empty, else 3 while there are devices that were away, else 2 while a set is RETIRING, EMPTIED or BLANKING, which those who
 * know version 1 don't understand, else 1.
 *
 * @param last the highest number that a set ever had; 1 if there were none
 * @param sets in the order of their numbers
 */
record FurtherSets(int last, List<Entry> sets) {
    static final FurtherSets NONE = new FurtherSets(PoolName.FIRST_SET, List.of());

    private static final long MAGIC = 0x4241544F4E534554L;
    private static final int VERSION = 4;
    private static final int VERSION_WITHOUT_IDS = 3;
    private static final int VERSION_WITHOUT_AWAY = 2;
    private static final int VERSION_WITHOUT_RETIRING = 1;
    private static final int VERSION_OFFSET = 8;
    private static final int HEADER_BYTES = 20;

    /**
     * What a set is to its server.
     * <pre>
     *   from         by                                   to
     *   UNFINISHED   it is formatted and opened           WHOLE
     *   UNFINISHED   its devices are blank again          forgotten
     *   WHOLE        it is to be given back               RETIRING
     *   RETIRING     that is called off                   WHOLE
     *   RETIRING     nothing is on it, and it is closed   EMPTIED
     *   EMPTIED      no data are met on it                BLANKING
     *   BLANKING     none of its devices is left          forgotten
     * </pre>
     */
    enum State {
        /** Its devices are to be given back, and nothing was ever on them. */
        UNFINISHED(0),
        /** It is the server's. */
        WHOLE(1),
        /** The same, but nothing new is to come there, and what is there is carried to other sets. */
        RETIRING(2),
        /** Its devices are to be given back: nothing is in any of its pools, and it was closed. */
        EMPTIED(3),
        /** The same, and it may be that some are blank. Its paths are those of devices that may not be. */
        BLANKING(4);

        private final int code;

        State(int code) {
            this.code = code;
        }

        /** As the file has it. */
        int code() {
            return code;
        }

        /** Whether its devices are to be opened. */
        boolean isOfServer() {
            return this == WHOLE || this == RETIRING;
        }

        /** Whether nothing is on it any more that was, and it is closed. */
        boolean isEmptied() {
            return this == EMPTIED || this == BLANKING;
        }

        /** What failed half way is done once more. */
        private boolean mayBecome(State next) {
            return next == this || switch (this) {
                case UNFINISHED -> next == WHOLE;
                case WHOLE -> next == RETIRING;
                case RETIRING -> next == WHOLE || next == EMPTIED;
                case EMPTIED -> next == BLANKING;
                case BLANKING -> false;
            };
        }
    }

    /**
     * A set.
     *
     * @param number its number in the server
     * @param state  what it is to the server
     * @param paths  where its devices were when it was made, by their places; of one that is empty where they were when it
     *               was closed
     * @param away   of one that is empty, those of the paths where no device of it was when it was closed
     * @param id     of one that is empty what its devices say that it is: labels of its spares say no more
     */
    record Entry(int number, State state, List<Path> paths, List<Path> away, Optional<UUID> id) {
        Entry {
            paths = List.copyOf(paths);
            away = List.copyOf(away);
        }

        /** One of which the id is not known. */
        Entry(int number, State state, List<Path> paths, List<Path> away) {
            this(number, state, paths, away, Optional.empty());
        }

        /** One of which all devices were there. */
        Entry(int number, State state, List<Path> paths) {
            this(number, state, paths, List.of());
        }

        /** One that is not to be given back after it was the server's. */
        Entry(int number, boolean finished, List<Path> paths) {
            this(number, finished ? State.WHOLE : State.UNFINISHED, paths);
        }

        /** The same in another state, which has to be one that may follow. */
        Entry in(State next) {
            if (!state.mayBecome(next)) {
                throw new IllegalStateException("set " + number + " can't become " + next + ": it is " + state);
            }
            return new Entry(number, next, paths, away, id);
        }

        /** The same with only some of its devices. */
        Entry only(List<Path> left) {
            return new Entry(number, state, left, away.stream().filter(left::contains).toList(), id);
        }
    }

    FurtherSets {
        sets = List.copyOf(sets);
    }

    /**
     * Reads the file.
     *
     * @param descriptor says whether it has to be there, and what it knows at least
     * @param server     the server that it is of, numbered from 1
     * @throws BatonException UNSUPPORTED if it is of a later version, DATA_LOST if it is damaged, gone or an older one
     */
    static FurtherSets read(Path file, GroupDescriptor descriptor, int server) throws IOException {
        if (descriptor.furtherSets() && Files.notExists(file)) {
            throw lost(file, "is gone");
        }
        FurtherSets read = read(file);
        if (read.last() < descriptor.lastSet(server)) {
            throw lost(file, "knows of " + read.last() + ", while the server was given set " + descriptor.lastSet(server)
                    + ": it is an older copy");
        }
        return read;
    }

    /** As the other one, of a file that need not be there. */
    static FurtherSets read(Path file) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return NONE;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < HEADER_BYTES + Integer.BYTES || in.getLong(0) != MAGIC) {
            throw lost(file, "is damaged");
        }
        if (in.getInt(VERSION_OFFSET) > VERSION) {
            throw new BatonException(ErrorCode.UNSUPPORTED, file + " has format version " + in.getInt(VERSION_OFFSET)
                    + ", this Baton knows up to " + VERSION + "; use a newer Baton");
        }
        if (in.getInt(bytes.length - Integer.BYTES) != crc(bytes)) {
            throw lost(file, "is damaged");
        }
        DataInputStream data = new DataInputStream(
                new ByteArrayInputStream(bytes, VERSION_OFFSET + Integer.BYTES, bytes.length));
        int last = data.readInt();
        List<Entry> sets = new ArrayList<>();
        for (int left = data.readInt(); left > 0; left--) {
            int number = data.readInt();
            State state = state(data.readUnsignedByte(), file);
            List<Path> paths = new ArrayList<>();
            for (int devices = data.readInt(); devices > 0; devices--) {
                paths.add(Path.of(data.readUTF()));
            }
            sets.add(new Entry(number, state, paths));
        }
        int version = in.getInt(VERSION_OFFSET);
        for (int i = 0; version >= VERSION_WITHOUT_IDS && i < sets.size(); i++) {
            Entry set = sets.get(i);
            List<Path> away = new ArrayList<>();
            for (int devices = data.readInt(); devices > 0; devices--) {
                away.add(set.paths().get(data.readInt()));
            }
            sets.set(i, new Entry(set.number(), set.state(), set.paths(), away));
        }
        for (int i = 0; version >= VERSION && i < sets.size(); i++) {
            Entry set = sets.get(i);
            boolean known = data.readBoolean();
            UUID id = new UUID(data.readLong(), data.readLong());
            sets.set(i, new Entry(set.number(), set.state(), set.paths(), set.away(),
                    known ? Optional.of(id) : Optional.empty()));
        }
        return new FurtherSets(last, sets);
    }

    private static State state(int code, Path file) throws BatonException {
        return Stream.of(State.values()).filter(state -> state.code() == code).findFirst()
                .orElseThrow(() -> lost(file, "is damaged"));
    }

    private static BatonException lost(Path file, String what) {
        return new BatonException(ErrorCode.DATA_LOST, file + ", which says which further sets of devices the server has, "
                + what + "; restore the newest one from a backup of the group's directory: without it nobody would know what "
                + "is missing");
    }

    /** Writes the file, whole or not at all. */
    void write(Path file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(MAGIC);
        int version = version();
        out.writeInt(version);
        out.writeInt(last);
        out.writeInt(sets.size());
        for (Entry set : sets) {
            out.writeInt(set.number());
            out.writeByte(set.state().code());
            out.writeInt(set.paths().size());
            for (Path path : set.paths()) {
                out.writeUTF(path.toString());
            }
        }
        for (Entry set : version < VERSION_WITHOUT_IDS ? List.<Entry>of() : sets) {
            out.writeInt(set.away().size());
            for (Path path : set.away()) {
                out.writeInt(set.paths().indexOf(path));
            }
        }
        for (Entry set : version < VERSION ? List.<Entry>of() : sets) {
            UUID id = set.id().orElse(new UUID(0, 0));
            out.writeBoolean(set.id().isPresent());
            out.writeLong(id.getMostSignificantBits());
            out.writeLong(id.getLeastSignificantBits());
        }
        out.writeInt(0);
        byte[] whole = bytes.toByteArray();
        ByteBuffer.wrap(whole).putInt(whole.length - Integer.BYTES, crc(whole));
        GroupFiles.writeWhole(file, whole);
    }

    private int version() {
        if (sets.stream().anyMatch(set -> set.id().isPresent())) {
            return VERSION;
        }
        if (sets.stream().anyMatch(set -> !set.away().isEmpty())) {
            return VERSION_WITHOUT_IDS;
        }
        return sets.stream().allMatch(set -> set.state().code() <= State.WHOLE.code())
                ? VERSION_WITHOUT_RETIRING : VERSION_WITHOUT_AWAY;
    }

    /** Those that are the server's, also one that is being given back. */
    List<Entry> finished() {
        return sets.stream().filter(set -> set.state().isOfServer()).toList();
    }

    /** Those whose devices are to be made blank. */
    List<Entry> unfinished() {
        return sets.stream().filter(set -> !set.state().isOfServer()).toList();
    }

    /** The set of a number. */
    Optional<Entry> of(int number) {
        return sets.stream().filter(set -> set.number() == number).findFirst();
    }

    /** With a set, instead of the one of that number if there is one. */
    FurtherSets with(Entry set) {
        return new FurtherSets(Math.max(last, set.number()), Stream.concat(
                without(set.number()).sets().stream(), Stream.of(set))
                .sorted((one, other) -> Integer.compare(one.number(), other.number())).toList());
    }

    /** Without the set of a number, which no other one will have. */
    FurtherSets without(int number) {
        return new FurtherSets(last, sets.stream().filter(set -> set.number() != number).toList());
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - Integer.BYTES);
        return (int) crc.getValue();
    }
}
