package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.pools.DeviceWipe;
import io.batonfs.pools.FileBlockDevice;
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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Devices of a group that is formatted over, which the new one has nothing to do with: those of further sets, and those that
 * were put in others' places or kept as spares. They would stay behind with superblocks of a group that is no more, and be
 * refused wherever they are to be used. From before the group is given up until all of them have been seen to, they are in
 * the file {@code former} of its directory, so that whoever comes after a crash goes on; big-endian:
 * <pre>
 *   0  magic "BATONFMR" (8) | version 1 (4) | devices (4)
 *      each: group id (16) | server (4) | set (4) | its path (2 + n) as {@link DataOutputStream#writeUTF}
 *      CRC32C of all before (4)
 * </pre>
 * One that can't be read stays as it is: nobody has seen to what it says.
 *
 * @param devices  what there was
 * @param problems why there may be more, a sentence each
 * @param unread   why the file, which is there, could not be read
 */
record FormerDevices(List<Device> devices, List<String> problems, Optional<String> unread) {
    static final FormerDevices NONE = new FormerDevices(List.of(), List.of());
    private static final Logger LOG = LoggerFactory.getLogger(FormerDevices.class);
    private static final long MAGIC = 0x4241544F4E464D52L;
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 16;
    private static final String LEFT = "is left as it is: ";
    private static final String REMEDY =
            "write zeros to its beginning and end if it is nobody else's and nobody needs what is on it";

    /**
     * A device.
     *
     * @param path   where it was
     * @param group  the group that it says it is of, if it is still the one
     * @param server the server
     * @param set    the number of its set
     */
    record Device(Path path, GroupId group, ServerId server, int set) {
        /** What a sentence about it begins with. */
        @Override
        public String toString() {
            return "Device " + path + ", which was one of " + server + " of the group that was there"
                    + (set == PoolName.FIRST_SET ? "" : ", in set " + set) + ", ";
        }
    }

    FormerDevices {
        devices = List.copyOf(devices);
        problems = List.copyOf(problems);
    }

    /** Where the file is not there, or was read. */
    FormerDevices(List<Device> devices, List<String> problems) {
        this(devices, problems, Optional.empty());
    }

    /**
     * Of the group that is there now, and what is left of an earlier one. Reads what the directory says, and no device.
     */
    static FormerDevices of(GroupFiles files, LocalGroupConfig settings) throws IOException {
        FormerDevices left = left(files);
        List<Device> devices = new ArrayList<>(left.devices());
        List<String> problems = new ArrayList<>(left.problems());
        if (files.isFormatted()) {
            try {
                add(GroupDescriptor.read(settings.directory()), files, settings, devices, problems);
            } catch (IOException e) {
                problems.add(reason(e));
            }
        }
        return new FormerDevices(devices, problems, left.unread());
    }

    private static void add(GroupDescriptor descriptor, GroupFiles files, LocalGroupConfig settings, List<Device> devices,
            List<String> problems) {
        Set<Path> formatted = new HashSet<>();
        settings.devicePaths().forEach(formatted::addAll);
        for (int server = 1; server <= descriptor.servers(); server++) {
            List<FurtherSets.Entry> sets = new ArrayList<>();
            sets.add(new FurtherSets.Entry(PoolName.FIRST_SET, true, List.of()));
            try {
                sets.addAll(FurtherSets.read(files.furtherSets(server)).sets());
            } catch (IOException e) {
                problems.add(reason(e));
            }
            for (FurtherSets.Entry set : sets) {
                for (Path path : paths(files, server, set, problems)) {
                    if (!files.isEmptiedByFormatting(path) && formatted.add(path)) {
                        devices.add(new Device(path, descriptor.group(), new ServerId(server), set.number()));
                    }
                }
            }
        }
    }

    /** Those that a formatting which was cut short did not get done with. */
    static FormerDevices left(GroupFiles files) {
        try {
            return read(files.formerDevices());
        } catch (NoSuchFileException e) {
            return NONE;
        } catch (IOException e) {
            String why = reason(e);
            return new FormerDevices(List.of(), List.of(why + "; " + files.formerDevices() + " stays, and this is told at each "
                    + "start until it can be read or somebody deletes it"), Optional.of(why));
        }
    }

    private static FormerDevices read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < HEADER_BYTES + Integer.BYTES || in.getLong(0) != MAGIC
                || in.getInt(bytes.length - Integer.BYTES) != crc(bytes)) {
            throw new BatonException(ErrorCode.DATA_LOST, file + ", which says which they were, is damaged");
        }
        if (in.getInt(Long.BYTES) > VERSION) {
            throw new BatonException(ErrorCode.UNSUPPORTED, file + ", which says which they were, has format version "
                    + in.getInt(Long.BYTES) + ", and this Baton knows up to " + VERSION);
        }
        DataInputStream data = new DataInputStream(new ByteArrayInputStream(bytes, Long.BYTES + Integer.BYTES, bytes.length));
        List<Device> devices = new ArrayList<>();
        for (int left = data.readInt(); left > 0; left--) {
            GroupId group = new GroupId(new UUID(data.readLong(), data.readLong()));
            ServerId server = new ServerId(data.readInt());
            int set = data.readInt();
            devices.add(new Device(Path.of(data.readUTF()), group, server, set));
        }
        return new FormerDevices(devices, List.of());
    }

    /**
     * Keeps what there is, until {@link #keepOnly}.
     *
     * @throws BatonException ALREADY_EXISTS if it would be written over a list that could not be read
     */
    void keep(GroupFiles files) throws IOException {
        if (devices.isEmpty()) {
            return;
        }
        if (unread.isPresent()) {
            throw new BatonException(ErrorCode.ALREADY_EXISTS, "devices of an earlier group are still to be made blank, and which"
                    + " can't be told: " + unread.get() + "; so that this is not lost nothing was changed. Use the Baton that "
                    + "wrote it, or see to those devices by hand and delete " + files.formerDevices() + ", then format again");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(MAGIC);
        out.writeInt(VERSION);
        out.writeInt(devices.size());
        for (Device device : devices) {
            out.writeLong(device.group().value().getMostSignificantBits());
            out.writeLong(device.group().value().getLeastSignificantBits());
            out.writeInt(device.server().value());
            out.writeInt(device.set());
            out.writeUTF(device.path().toString());
        }
        out.writeInt(0);
        byte[] whole = bytes.toByteArray();
        ByteBuffer.wrap(whole).putInt(whole.length - Integer.BYTES, crc(whole));
        GroupFiles.writeWhole(files.formerDevices(), whole);
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - Integer.BYTES);
        return (int) crc.getValue();
    }

    /** Some exceptions of the file system have no message but a path. */
    private static String reason(IOException failure) {
        return failure instanceof BatonException ? failure.getMessage() : failure.toString();
    }

    private static List<Path> paths(GroupFiles files, int server, FurtherSets.Entry set, List<String> problems) {
        try {
            ReplacedDevices replaced = ReplacedDevices.read(files.replacedDevices(server, set.number()));
            List<Path> paths = new ArrayList<>(replaced.paths(set.paths()));
            paths.addAll(replaced.formerly(set.paths()));
            replaced.pending().forEach(pending -> paths.add(pending.path()));
            return paths;
        } catch (IOException e) {
            problems.add(reason(e));
            return set.paths();
        }
    }

    /**
     * Makes those blank that are still what they were, once the group is gone. Others are left as they are; those that the new
     * group has, by whatever name, are not spoken of, nor what is of that group: then its directory was put back from a copy.
     *
     * @param is   the group that is there now
     * @param now  its devices
     * @param told is told what became of each, a sentence each
     * @return those that the next start is to try again; the others have been seen to, and are told once
     */
    List<Device> giveBack(GroupId is, List<Path> now, Consumer<String> told) {
        return giveBack(is, now, DeviceUse.OF_THIS_MACHINE, () -> true, told);
    }

    /** The same, as long as it is to go on, which is asked before each device. */
    List<Device> giveBack(GroupId is, List<Path> now, DeviceUse use, BooleanSupplier goesOn, Consumer<String> told) {
        List<Device> again = new ArrayList<>();
        problems.forEach(problem -> told.accept("Of the group that was there not all devices can be told: " + problem));
        for (Device former : devices) {
            if (!goesOn.getAsBoolean()) {
                again.add(former);
                continue;
            }
            try {
                if (former.group().equals(is) || isOneOf(now, former.path())) {
                    continue;
                }
                told.accept(former + giveBack(former, use).map(why -> LEFT + why).orElse("is blank again"));
            } catch (IOException e) {
                told.accept(former + LEFT + why(e));
                // Maybe by an earlier start, whose thread waits for it to answer.
                if (isInUse(e)) {
                    again.add(former);
                }
            } catch (RuntimeException e) {
                // The others can be seen to all the same.
                LOG.error("Looking at a device of a former group ended unexpectedly: {}", former.path(), e);
                told.accept(former + LEFT + e + "; the next start tries again");
                again.add(former);
            }
        }
        return again;
    }

    /** Keeps those that the next start is to try again, and forgets the others; nothing where the list could not be read. */
    void keepOnly(GroupFiles files, List<Device> again) throws IOException {
        if (unread.isPresent()) {
            return;
        }
        if (again.isEmpty()) {
            Files.deleteIfExists(files.formerDevices());
        } else if (!again.equals(devices)) {
            new FormerDevices(again, List.of()).keep(files);
        }
    }

    /** Says of each that it was left, as who formats got no further than giving up the group that was there. */
    void leave(Consumer<String> told) {
        problems.forEach(problem -> told.accept("Of the group that was there not all devices can be told: " + problem));
        devices.forEach(former -> told.accept(former + LEFT + "the formatting has failed; the next"
                + " one, or a start, makes it blank"));
    }

    private static boolean isOneOf(List<Path> now, Path former) throws IOException {
        for (Path each : now) {
            // One that is away, or whose place another has by now, is not it.
            if (Files.exists(each) && FileBlockDevice.isSame(each, former)) {
                return true;
            }
        }
        return false;
    }

    private static String why(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "it is not there; if it comes back, " + REMEDY;
        }
        return isInUse(failure) ? "it is in use, and was not touched: " + failure.getMessage() + "; the next start tries again"
                : reason(failure) + "; " + REMEDY;
    }

    private static boolean isInUse(IOException failure) {
        return failure instanceof BatonException refused && refused.code() == ErrorCode.BUSY;
    }

    private static Optional<String> giveBack(Device former, DeviceUse use) throws IOException {
        try (FileBlockDevice device = use.openUnused(former.path())) {
            return DeviceWipe.wipe(device, new DeviceWipe.Owner(former.group(), former.server(),
                    pool -> PoolName.of(pool).set() == former.set(), set -> true, false)).map(why -> why + "; " + REMEDY);
        }
    }
}
