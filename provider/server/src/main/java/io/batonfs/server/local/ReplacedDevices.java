package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Devices of a server that are at other paths than its settings say, since they were put in others' places or are spares.
 * In the file
 * {@code maintenance/server-N/devices}, big-endian; not there if there are none:
 * <pre>
 *   0  magic "BATONDEV" (8) | version 1 (4) | entries (4)
 *      each: place (4) | pending, 0 or 1 (1) | configured (2 + n) | path (2 + n), both as {@link DataOutputStream#writeUTF}
 *      CRC32C of all before (4)
 * </pre>
 *
 * @param entries at most one that is pending and one that is not for each place; a spare has place {@link #NO_PLACE},
 *                is never pending, and has no configured path. Software that knows no spares opens them, and refuses
 *                them by their labels
 */
record ReplacedDevices(List<Entry> entries) {
    static final int NO_PLACE = 0;
    static final ReplacedDevices NONE = new ReplacedDevices(List.of());

    private static final long MAGIC = 0x4241544F4E444556L;
    private static final int VERSION = 1;
    private static final int VERSION_OFFSET = 8;
    private static final int HEADER_BYTES = 16;

    /**
     * A device.
     *
     * @param place      its place in the set, from 1; {@link #NO_PLACE} for a spare
     * @param pending    whether it is still to be seen if it is the set's; the one that had the place is opened too
     * @param configured the path in the settings that is not opened any more; empty if that is not known
     * @param path       where the device is
     */
    record Entry(int place, boolean pending, Optional<Path> configured, Path path) {
    }

    ReplacedDevices {
        entries = List.copyOf(entries);
    }

    /**
     * Reads the file.
     *
     * @throws BatonException UNSUPPORTED if it is of a later version, DATA_LOST if it is damaged
     */
    static ReplacedDevices read(Path file) throws IOException {
        if (Files.isRegularFile(file.getParent())) {
            // Something is in the directory's way: nothing was ever noted there, and a group that scrubs says so.
            return NONE;
        }
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return NONE;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < HEADER_BYTES + Integer.BYTES || in.getLong(0) != MAGIC) {
            throw damaged(file);
        }
        if (in.getInt(VERSION_OFFSET) > VERSION) {
            throw new BatonException(ErrorCode.UNSUPPORTED, file + " has format version " + in.getInt(VERSION_OFFSET)
                    + ", this Baton knows up to " + VERSION + "; use a newer Baton");
        }
        if (in.getInt(bytes.length - Integer.BYTES) != crc(bytes)) {
            throw damaged(file);
        }
        List<Entry> entries = new ArrayList<>();
        DataInputStream data = new DataInputStream(
                new ByteArrayInputStream(bytes, VERSION_OFFSET + Integer.BYTES, bytes.length));
        for (int left = data.readInt(); left > 0; left--) {
            int place = data.readInt();
            boolean pending = data.readBoolean();
            String configured = data.readUTF();
            entries.add(new Entry(place, pending,
                    configured.isEmpty() ? Optional.empty() : Optional.of(Path.of(configured)), Path.of(data.readUTF())));
        }
        return new ReplacedDevices(entries);
    }

    private static BatonException damaged(Path file) {
        return new BatonException(ErrorCode.DATA_LOST, file + ", which says at which paths devices are that have been put "
                + "in others' places, is damaged; delete it and name those paths in the list of devices");
    }

    /** Writes the file, whole or not at all. */
    void write(Path file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(MAGIC);
        out.writeInt(VERSION);
        out.writeInt(entries.size());
        for (Entry entry : entries) {
            out.writeInt(entry.place());
            out.writeBoolean(entry.pending());
            out.writeUTF(entry.configured().map(Path::toString).orElse(""));
            out.writeUTF(entry.path().toString());
        }
        out.writeInt(0);
        byte[] whole = bytes.toByteArray();
        ByteBuffer.wrap(whole).putInt(whole.length - Integer.BYTES, crc(whole));
        GroupFiles.writeWhole(file, whole);
    }

    /** Where the devices are, of those that the settings name, and the spares; without those that are pending. */
    List<Path> paths(List<Path> configured) {
        Set<Path> paths = new LinkedHashSet<>(members(configured));
        paths.addAll(spares());
        return List.copyOf(paths);
    }

    /** The same without the spares. */
    List<Path> members(List<Path> configured) {
        Set<Path> paths = new LinkedHashSet<>();
        configured.forEach(path -> paths.add(settled().filter(entry -> entry.configured().equals(Optional.of(path)))
                .map(Entry::path).findFirst().orElse(path)));
        settled().filter(entry -> entry.place() != NO_PLACE).map(Entry::path).forEach(paths::add);
        return List.copyOf(paths);
    }

    /** Where devices were, by the settings or when the set was made, whose places others took: {@link #members} is without. */
    List<Path> formerly(List<Path> configured) {
        List<Path> paths = paths(configured);
        return configured.stream().filter(path -> !paths.contains(path)).toList();
    }

    /** Where spares are. */
    List<Path> spares() {
        return settled().filter(entry -> entry.place() == NO_PLACE).map(Entry::path).toList();
    }

    /** With a spare. */
    ReplacedDevices withSpare(Path path) {
        return spares().contains(path) ? this : new ReplacedDevices(Stream.concat(entries.stream(),
                Stream.of(new Entry(NO_PLACE, false, Optional.empty(), path))).toList());
    }

    /** Without a spare. */
    ReplacedDevices withoutSpare(Path path) {
        return new ReplacedDevices(entries.stream()
                .filter(entry -> entry.place() != NO_PLACE || !entry.path().equals(path)).toList());
    }

    /** The device that is in a place at another path than the settings say. */
    Optional<Entry> in(int place) {
        return settled().filter(entry -> entry.place() == place).findFirst();
    }

    /** Devices of which it is still to be seen whether they are the set's. */
    List<Entry> pending() {
        return entries.stream().filter(Entry::pending).toList();
    }

    /** With a device of which it is to be seen, instead of another such one for that place. */
    ReplacedDevices with(Entry arrival) {
        return new ReplacedDevices(Stream.concat(entries.stream()
                .filter(entry -> !entry.pending() || entry.place() != arrival.place()), Stream.of(arrival)).toList());
    }

    /** Devices in others' places of which it is not known at which path the former one was looked for. */
    List<Entry> ofUnknownFormer() {
        return settled().filter(entry -> entry.place() != NO_PLACE && entry.configured().isEmpty()).toList();
    }

    /** With a path that is not opened any more, of an entry that has none. */
    ReplacedDevices withFormer(Entry entry, Path configured) {
        return new ReplacedDevices(entries.stream().map(each -> each.equals(entry)
                ? new Entry(each.place(), each.pending(), Optional.of(configured), each.path()) : each).toList());
    }

    /** After it was seen that a device is the set's; one that is where the settings say needs no entry. */
    ReplacedDevices taken(Entry arrival) {
        Stream<Entry> others = withoutSpare(arrival.path()).entries.stream()
                .filter(entry -> entry.place() != arrival.place());
        return new ReplacedDevices(arrival.configured().equals(Optional.of(arrival.path())) ? others.toList()
                : Stream.concat(others, Stream.of(
                        new Entry(arrival.place(), false, arrival.configured(), arrival.path()))).toList());
    }

    /** After it was seen that a device is not the set's. */
    ReplacedDevices refused(Entry arrival) {
        return new ReplacedDevices(entries.stream().filter(entry -> !entry.equals(arrival)).toList());
    }

    private Stream<Entry> settled() {
        return entries.stream().filter(entry -> !entry.pending());
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - Integer.BYTES);
        return (int) crc.getValue();
    }
}
