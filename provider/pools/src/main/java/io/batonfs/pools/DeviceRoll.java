package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the superblocks of devices and decides which belong to the set that is being opened. Whatever does not belong
 * is refused with the reason; the rest may still be enough.
 */
final class DeviceRoll {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceRoll.class);
    private static final String KEEP =
            "keep it as it is, and open the set with the devices of that time alone if that is needed";

    private final GroupId group;
    private final ServerId server;
    private final Map<BlockDevice, Superblock> accepted = new LinkedHashMap<>();
    private final Map<BlockDevice, SpareLabel> spares = new LinkedHashMap<>();
    private final List<String> refused = new ArrayList<>();
    private final List<String> apart = new ArrayList<>();
    private Superblock newest;
    /** Whether a device's two copies are not the same: a crash came between them, or one was not taken. */
    private boolean copiesDiffer;

    /** What is in a device's two places: the newer superblock, and whether both hold it. */
    private record Copies(Superblock newer, boolean same) {
    }

    DeviceRoll(GroupId group, ServerId server) {
        this.group = group;
        this.server = server;
    }

    /**
     * Calls the roll.
     *
     * @throws BatonException if no device belongs to the set, or some went on without the others and those without them
     */
    void call(List<BlockDevice> devices) throws IOException {
        for (BlockDevice device : devices) {
            try {
                Copies copies = readCopies(device);
                accepted.put(device, check(device, copies.newer()));
                copiesDiffer |= !copies.same();
            } catch (IOException e) {
                findSpare(device, e);
            }
        }
        keepOneSet();
        findNewest();
        if (newest == null) {
            throw new BatonException(ErrorCode.NOT_FOUND, "none of the devices belongs to " + server + " of " + group
                    + ": " + refused + "; correct the list of devices, or format them");
        }
        settleContradiction();
        Map<BlockDevice, Superblock> all = new LinkedHashMap<>(accepted);
        refuseThoseWhosePlaceWasTaken(all);
        if (accepted.isEmpty()) {
            throw new BatonException(ErrorCode.NOT_FOUND, "none of the devices has a place in the set of " + server + " of "
                    + group + " any more: " + refused + "; correct the list of devices");
        }
        refuseThoseUsedApart(all);
        refuseOthersSpares();
    }

    private void findSpare(BlockDevice device, IOException noMember) {
        try {
            Optional<SpareLabel> label = SpareLabel.find(device);
            label.ifPresentOrElse(its -> spares.put(device, its),
                    () -> refused.add(device.name() + ": " + noMember.getMessage()));
        } catch (FormatException e) {
            refused.add(device.name() + ": " + e.getMessage());
        }
    }

    private void refuseOthersSpares() {
        spares.entrySet().removeIf(entry -> {
            SpareLabel own = SpareLabel.of(newest, entry.getKey());
            if (own.equals(entry.getValue())) {
                return false;
            }
            refused.add(entry.getKey().name() + ": it is " + entry.getValue() + ", and not " + own);
            return true;
        });
    }

    /** The superblock that tells the truth about the set. */
    Superblock newest() {
        return newest;
    }

    /** Spares of the set. */
    List<BlockDevice> spares() {
        return List.copyOf(spares.keySet());
    }

    /** Whether all accepted devices say what the newest superblock says, in both places. */
    boolean agree() {
        return !copiesDiffer && accepted.values().stream().allMatch(block -> saysThat(block, newest.claims())
                && block.doubts().equals(newest.doubts()) && block.witnesses().equals(newest.witnesses()));
    }

    /** Devices that were refused, with the reason after a colon. */
    List<String> refused() {
        return refused;
    }

    /** Accepted devices that may have what the set lacks, with the reason after a colon. */
    List<String> apart() {
        return apart;
    }

    /** Accepted devices by their place in the set; null for those that are missing. */
    BlockDevice[] byIndex() throws IOException {
        BlockDevice[] devices = new BlockDevice[newest.devices()];
        for (Map.Entry<BlockDevice, Superblock> entry : accepted.entrySet()) {
            if (isSuccessor(entry.getValue())) {
                continue;
            }
            int index = entry.getValue().deviceIndex();
            put(devices, index, entry.getKey(), "both are");
        }
        return devices;
    }

    /** Accepted devices that are to have a place next, by that place; null where there is none. */
    BlockDevice[] successors() throws IOException {
        BlockDevice[] successors = new BlockDevice[newest.devices()];
        for (Map.Entry<BlockDevice, Superblock> entry : accepted.entrySet()) {
            if (isSuccessor(entry.getValue())) {
                put(successors, entry.getValue().deviceIndex(), entry.getKey(), "both are to be");
            }
        }
        return successors;
    }

    private static void put(BlockDevice[] devices, int index, BlockDevice device, String both) throws BatonException {
        if (devices[index] != null) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "devices " + devices[index].name() + " and "
                    + device.name() + " " + both + " number " + index + " of their set: one is a copy of the "
                    + "other; remove it from the list");
        }
        devices[index] = device;
    }

    /** By the newest superblock: what it says itself may be of an earlier time. */
    private boolean isSuccessor(Superblock block) {
        return block.tenant() != newest.tenants().get(block.deviceIndex());
    }

    /** The devices' own superblocks by their place in the set; null for those that are missing. */
    Superblock[] own() {
        return own(false);
    }

    /** Those of the successors. */
    Superblock[] ownOfSuccessors() {
        return own(true);
    }

    private Superblock[] own(boolean successors) {
        Superblock[] own = new Superblock[newest.devices()];
        for (Superblock block : accepted.values()) {
            if (isSuccessor(block) == successors) {
                own[block.deviceIndex()] = block;
            }
        }
        return own;
    }

    /**
     * Writes a device's superblock to both places, to the second also if the first does not take it.
     *
     * @throws IOException if one of them does not take it
     */
    static void write(BlockDevice device, Superblock block) throws IOException {
        List<IOException> failures = writePlaces(device, SuperblockFormat.encode(block));
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
    }

    /**
     * The same for a device that is in use: one place is enough, as the newer of both is believed.
     *
     * @throws ForceFailedException if the device can't be forced, by which others' bytes may be lost
     * @throws IOException          if neither takes it
     */
    static void writeInUse(BlockDevice device, Superblock block) throws IOException {
        List<IOException> failures = writePlaces(device, SuperblockFormat.encode(block));
        if (failures.size() == 1) {
            LOG.warn("device {} has the new superblock in one of its two places only: {}", device.name(),
                    failures.get(0).getMessage());
        } else if (failures.size() > 1) {
            failures.get(0).addSuppressed(failures.get(1));
            throw failures.get(0);
        }
    }

    /**
     * Writes the first place and forces it before the second is touched; returns what could not be written.
     *
     * @throws ForceFailedException if a force fails; the second place is not touched then
     */
    static List<IOException> writePlaces(BlockDevice device, ByteBuffer block) throws ForceFailedException {
        List<IOException> failures = new ArrayList<>();
        for (long offset : new long[] {0, secondOffset(device.sizeBytes())}) {
            try {
                device.write(offset, block.duplicate());
            } catch (IOException e) {
                failures.add(e);
                continue;
            }
            try {
                device.force();
            } catch (IOException e) {
                throw new ForceFailedException(device, e);
            }
        }
        return failures;
    }

    /**
     * What is on a device that is to be taken in.
     *
     * @return its superblock, or null if its first and last bytes are zero, where a superblock would be and file
     *         systems and partition tables have what they are known by
     * @throws IOException if something else is there, or it can't be read
     */
    static Superblock readBlank(BlockDevice device) throws IOException {
        try {
            return read(device);
        } catch (FormatException e) {
            if (e.kind() != FormatException.Kind.ABSENT) {
                throw e;
            }
        }
        for (long offset : new long[] {0, Math.max(0, device.sizeBytes() - StorageSet.MARGIN_BYTES)}) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(StorageSet.MARGIN_BYTES, device.sizeBytes()));
            device.read(offset, bytes);
            if (!bytes.flip().equals(ByteBuffer.allocate(bytes.limit()))) {
                throw new IOException("device " + device.name() + " is not blank: there is something within the "
                        + StorageSet.MARGIN_BYTES + " bytes at its " + (offset == 0 ? "beginning" : "end")
                        + "; write zeros there if nobody needs what is on it");
            }
        }
        return null;
    }

    /** The superblock that a device has in one of its places at least; null if it has none that is sound. */
    static Superblock readMember(BlockDevice device) {
        try {
            return read(device);
        } catch (IOException e) {
            return null;
        }
    }

    /** Tries to write where superblocks are, on a device that is blank there and stays so. */
    static void probe(BlockDevice device) throws IOException {
        for (long offset : new long[] {0, secondOffset(device.sizeBytes())}) {
            device.write(offset, ByteBuffer.allocate(SuperblockFormat.BYTES));
        }
        device.force();
    }

    private static Superblock read(BlockDevice device) throws IOException {
        return readCopies(device).newer();
    }

    private static Copies readCopies(BlockDevice device) throws IOException {
        Superblock found = null;
        int newest = 0;
        IOException cause = null;
        for (long offset : new long[] {0, secondOffset(device.sizeBytes())}) {
            ByteBuffer bytes = ByteBuffer.allocate(SuperblockFormat.BYTES);
            try {
                device.read(offset, bytes);
                Superblock block = SuperblockFormat.decode(bytes, device.name());
                if (found == null || block.generation() > found.generation()) {
                    found = block;
                    newest = 1;
                } else if (block.equals(found)) {
                    newest++;
                }
            } catch (FormatException e) {
                if (e.kind() == FormatException.Kind.TOO_NEW || e.kind() == FormatException.Kind.TOO_OLD) {
                    throw e;
                }
                cause = cause == null || e.kind() == FormatException.Kind.DAMAGED ? e : cause;
            } catch (IOException e) {
                cause = e;
            }
        }
        if (found == null) {
            throw cause;
        }
        return new Copies(found, newest == 2);
    }

    private Superblock check(BlockDevice device, Superblock block) throws IOException {
        if (!block.group().equals(group)) {
            throw new IOException("it belongs to another group, " + block.group() + ", not " + group);
        }
        if (!block.server().equals(server)) {
            throw new IOException("it belongs to " + block.server() + ", not " + server);
        }
        if (block.deviceSizeBytes() != device.sizeBytes()) {
            throw new IOException("it has " + device.sizeBytes() + " bytes and had " + block.deviceSizeBytes()
                    + " when it was formatted");
        }
        return block;
    }

    /**
     * Two superblocks of the highest generation may say that different devices are out, when the set was used once
     * without some and once without others. A write without a device is answered only when all that are not out say
     * so: so if one of those says something else, nothing was answered on the word of the first. Whoever has a place
     * that a side says to be another's need not agree with that side either.
     */
    private void settleContradiction() throws BatonException {
        Map<List<List<Long>>, List<String>> sides = new LinkedHashMap<>();
        accepted.forEach((device, block) -> {
            if (block.generation() == newest.generation()) {
                sides.computeIfAbsent(block.claims(), claims -> new ArrayList<>()).add(device.name());
            }
        });
        List<Superblock> answered = new ArrayList<>();
        for (List<List<Long>> side : sides.keySet()) {
            List<Superblock> others = accepted.values().stream().filter(block -> !saysThat(block, side)).toList();
            if (others.stream().allMatch(block -> mayDisagree(side, block))) {
                accepted.values().stream().filter(block -> saysThat(block, side)).findFirst().ifPresent(answered::add);
            }
        }
        if (answered.size() == 1) {
            newest = answered.get(0);
        } else if (answered.isEmpty() && sides.size() > 1 && dropThoseTakenInInVain()) {
            settleContradiction();
        } else if (sides.size() > 1) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "the set was used without some of its devices, and"
                    + " another time without others, so each side misses writes that the other has: " + sides.values()
                    + "; give the devices of one side only, what was written on the other alone is lost then");
        }
    }

    private void findNewest() {
        newest = null;
        for (Superblock block : accepted.values()) {
            if (newest == null || block.generation() > newest.generation()) {
                newest = block;
            }
        }
    }

    /**
     * When a crash interrupts the taking in of a device before the others know of it, and the same befalls another one,
     * both contradict one another. Neither holds anything, and nothing was answered on the word of either.
     *
     * @return whether all that speak for the highest generation are such; they are refused then
     */
    private boolean dropThoseTakenInInVain() {
        List<Superblock> speakers = accepted.values().stream()
                .filter(block -> block.generation() == newest.generation()).toList();
        if (speakers.size() == accepted.size() || !speakers.stream().allMatch(DeviceRoll::holdsNothing)) {
            return false;
        }
        accepted.entrySet().removeIf(entry -> {
            if (!speakers.contains(entry.getValue())) {
                return false;
            }
            refused.add(entry.getKey().name() + ": it was to take place " + (entry.getValue().deviceIndex() + 1)
                    + " of the set, which was interrupted before the other devices knew, and not only with this one;"
                    + " nothing is on it: wipe it before it is taken in again");
            return true;
        });
        findNewest();
        return true;
    }

    private static boolean holdsNothing(Superblock block) {
        long device = 1L << block.deviceIndex();
        return (block.isSuccessor() || block.outMasks().stream().allMatch(mask -> (mask & device) != 0))
                && block.marks().stream().allMatch(mark -> mark == RebuildMark.NOTHING);
    }

    private boolean saysThat(Superblock block, List<List<Long>> claims) {
        return block.generation() == newest.generation() && block.claims().equals(claims);
    }

    private static boolean mayDisagree(List<List<Long>> side, Superblock block) {
        int place = block.deviceIndex();
        return side.get(0).stream().anyMatch(mask -> (mask & 1L << place) != 0)
                || side.get(2).get(place) != block.tenant();
    }

    private void refuseThoseWhosePlaceWasTaken(Map<BlockDevice, Superblock> all) {
        accepted.entrySet().removeIf(entry -> {
            Superblock block = entry.getValue();
            int place = block.deviceIndex();
            long number = block.tenant();
            if (newest.tenants().get(place) == number || number != 0 && newest.successors().get(place) == number) {
                return false;
            }
            if (block.isSuccessor() && block.tenant() == 0) {
                refused.add(entry.getKey().name() + ": it was retired, and another device has its place, number "
                        + (place + 1) + " of the set; wipe it before it is used for anything");
                return true;
            }
            if (block.isSuccessor()) {
                refused.add(entry.getKey().name() + ": it was to have place " + (place + 1) + " of the set next, which was"
                        + " ended, because it failed, was missing at a start or was not wanted any more; nothing is on it"
                        + " alone: wipe it before it is used for anything");
                return true;
            }
            String taken = entry.getKey().name() + ": another device has its place, number " + (place + 1) + " of the set, ";
            List<Integer> without = UsedApart.without(newest, block);
            String why = "and it has missed what was written since; wipe it before it is used for anything";
            if (!UsedApart.pools(newest, block, side(all, block)).isEmpty()) {
                why = "but " + usedApart(block) + KEEP;
            } else if (!without.isEmpty()) {
                why = "and it says that the devices in places " + without + ", which are in use here, are out: if the set was"
                        + " used with it and without those, what was written then is on it alone; then " + KEEP
                        + "; else wipe it before it is used for anything";
            }
            refused.add(taken + why);
            return true;
        });
    }

    private String usedApart(Superblock block) {
        return "it says that the set was used with it and without the devices in places "
                + UsedApart.believed(newest, block) + ", which are in use here: what was written then is on it alone; ";
    }

    /**
     * Devices with which the set was used while those were missing that are believed now: what was acknowledged then is on
     * them alone. Who is of no use here is left as it is, so that it can be had again; who is still needed for
     * another pool has to be told what the others say, which is told to people.
     */
    private void refuseThoseUsedApart(Map<BlockDevice, Superblock> all) {
        all.forEach((device, block) -> {
            // Nothing is on a successor alone.
            List<String> pools = accepted.containsKey(device) && !isSuccessor(block) && !saysThat(block, newest.claims())
                    ? UsedApart.pools(newest, block, side(all, block)) : List.of();
            if (pools.isEmpty()) {
                return;
            }
            if (newest.outMasks().stream().allMatch(mask -> (mask >>> block.deviceIndex() & 1) != 0)) {
                accepted.remove(device);
                refused.add(device.name() + ": " + usedApart(block) + KEEP);
            } else {
                apart.add(device.name() + ": " + usedApart(block) + "it is in use, as other pools than " + pools
                        + " need it; look for what is missing there before it is taken back or replaced");
            }
        });
    }

    /** The places of those who say the same. */
    private static long side(Map<BlockDevice, Superblock> all, Superblock block) {
        long side = 0;
        for (Superblock each : all.values()) {
            boolean same = !each.isSuccessor() && each.generation() == block.generation() && each.claims().equals(block.claims());
            side |= same ? 1L << each.deviceIndex() : 0;
        }
        return side;
    }

    /** Of devices that were formatted in different sets, keeps the set that most are of. */
    private void keepOneSet() throws IOException {
        Map<UUID, Integer> counts = new HashMap<>();
        for (Superblock block : accepted.values()) {
            counts.merge(block.setId(), 1, Integer::sum);
        }
        if (counts.size() < 2) {
            return;
        }
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        List<UUID> candidates = counts.keySet().stream().filter(id -> counts.get(id) == most).toList();
        if (candidates.size() > 1) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "the devices are of different sets, formatted at "
                    + "different times: " + accepted.keySet() + "; list those of one set");
        }
        accepted.entrySet().removeIf(entry -> {
            if (entry.getValue().setId().equals(candidates.get(0))) {
                return false;
            }
            refused.add(entry.getKey().name() + ": it belongs to another set of devices, " + entry.getValue().setId());
            return true;
        });
    }

    static long secondOffset(long sizeBytes) {
        return sizeBytes / SuperblockFormat.BYTES * SuperblockFormat.BYTES - SuperblockFormat.BYTES;
    }
}
