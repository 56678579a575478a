package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.pools.DeviceWipe;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.server.PoolName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Devices of a group that is formatted over, which the new one has nothing to do with: those of further sets, and those that
 * were put in others' places or kept as spares. They would stay behind with superblocks of a group that is no more, and be
 * refused wherever they are to be used.
 *
 * @param devices  what there was
 * @param problems why there may be more, a sentence each
 */
record FormerDevices(List<Device> devices, List<String> problems) {
    static final FormerDevices NONE = new FormerDevices(List.of(), List.of());
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

    /** Of the group that is there now. Reads what its directory says, and no device. */
    static FormerDevices of(GroupFiles files, LocalGroupConfig settings) throws IOException {
        if (!files.isFormatted()) {
            return NONE;
        }
        GroupDescriptor descriptor;
        try {
            descriptor = GroupDescriptor.read(settings.directory());
        } catch (IOException e) {
            return new FormerDevices(List.of(), List.of(reason(e)));
        }
        List<Device> devices = new ArrayList<>();
        List<String> problems = new ArrayList<>();
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
        return new FormerDevices(devices, problems);
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
     * group has, by whatever name, are not spoken of.
     *
     * @param now  the devices of the group that is there now
     * @param told is told what became of each, a sentence each
     */
    void giveBack(List<Path> now, Consumer<String> told) {
        giveBack(now, DeviceUse.OF_THIS_MACHINE, told);
    }

    void giveBack(List<Path> now, DeviceUse use, Consumer<String> told) {
        problems.forEach(problem -> told.accept("Of the group that was there not all devices can be told: " + problem));
        for (Device former : devices) {
            try {
                if (isOneOf(now, former.path())) {
                    continue;
                }
                told.accept(former + giveBack(former, use).map(why -> LEFT + why).orElse("is blank again"));
            } catch (IOException e) {
                told.accept(former + LEFT + why(e));
            }
        }
    }

    /** Says of each that it was left, as who formats got no further than giving up the group that was there. */
    void leave(Consumer<String> told) {
        problems.forEach(problem -> told.accept("Of the group that was there not all devices can be told: " + problem));
        devices.forEach(former -> told.accept(former + LEFT + "the formatting has failed; " + REMEDY));
    }

    private static boolean isOneOf(List<Path> now, Path former) throws IOException {
        for (Path each : now) {
            if (FileBlockDevice.isSame(each, former)) {
                return true;
            }
        }
        return false;
    }

    private static String why(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "it is not there; if it comes back, " + REMEDY;
        }
        if (failure instanceof BatonException refused && refused.code() == ErrorCode.BUSY) {
            return "it is in use, and was not touched: " + refused.getMessage();
        }
        return reason(failure) + "; " + REMEDY;
    }

    private static Optional<String> giveBack(Device former, DeviceUse use) throws IOException {
        try (FileBlockDevice device = use.openUnused(former.path())) {
            return DeviceWipe.wipe(device, new DeviceWipe.Owner(former.group(), former.server(),
                    pool -> PoolName.of(pool).set() == former.set(), true, false)).map(why -> why + "; " + REMEDY);
        }
    }
}
