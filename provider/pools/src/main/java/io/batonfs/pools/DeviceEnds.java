package io.batonfs.pools;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The first and the last MiB of a device, where whoever uses one leaves his marks: partition tables, file systems, RAID,
 * volume managers, and Baton. Stateless.
 */
public final class DeviceEnds {
    /** Of a smaller device all of it. */
    static final int END_BYTES = 1 << 20;
    /** What a device writes whole or not at all. */
    private static final int SECTOR_BYTES = 512;

    /** What the magic numbers begin with of all that is at the ends of a set on which nothing was ever stored. */
    private static final byte[] OURS = {'B', 'A', 'T', 'O', 'N'};

    private static final String ANOTHERS = "it is another's by now, or blank";

    private DeviceEnds() {
    }

    /** Whether both are zero. */
    public static boolean areBlank(BlockDevice device) throws IOException {
        for (long offset : offsets(device)) {
            if (!isZero(read(device, offset))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Takes back a formatting that was not finished: the ends are zero again, if nothing is there but what it has
     * written. Whatever else is there by now is left as it is.
     *
     * @param group  the group that the device was formatted for
     * @param server the server
     * @param isPool tells the names of the pools that the device was formatted with from all others' of that server
     * @return whether both are zero now
     */
    public static boolean takeBackFormat(BlockDevice device, GroupId group, ServerId server, Predicate<String> isPool)
            throws IOException {
        List<Long> written = new ArrayList<>();
        for (long offset : offsets(device)) {
            ByteBuffer end = read(device, offset);
            for (int at = 0; at < end.limit(); at += PoolLayout.BLOCK_BYTES) {
                ByteBuffer block = end.slice(at, Math.min(PoolLayout.BLOCK_BYTES, end.limit() - at));
                if (!isZero(block)) {
                    if (!isOf(block, device.name(), group, server, isPool)) {
                        return false;
                    }
                    written.add(offset + at);
                }
            }
        }
        for (long offset : written) {
            device.write(offset, ByteBuffer.allocate(
                    (int) Math.min(PoolLayout.BLOCK_BYTES, device.sizeBytes() - offset)));
        }
        if (!written.isEmpty()) {
            device.force();
        }
        return true;
    }

    /**
     * Makes a device blank that was one of a set which is given back. What else is at its ends is zeroed before the
     * superblocks that name the set, so that a device of which that was cut short can be told from one that is somebody
     * else's by now, which is left as it is.
     *
     * @param group  the group that the set was formatted for
     * @param server the server
     * @param isPool tells the names of the set's pools from all others' of that server
     * @return whether both ends are zero now
     */
    public static boolean giveBack(BlockDevice device, GroupId group, ServerId server, Predicate<String> isPool)
            throws IOException {
        long second = DeviceRoll.secondOffset(device.sizeBytes());
        boolean named = DeviceOrigin.of(device).filter(origin -> origin.group().equals(group)
                && origin.server().equals(server) && !origin.pools().isEmpty()
                && origin.pools().stream().allMatch(isPool)).isPresent();
        // What is damaged there may be so on a device that has failed; what is another's is his.
        if (named && isOurs(device, 0, group, server, isPool) && isOurs(device, second, group, server, isPool)) {
            long last = offsets(device)[1];
            zero(device, SuperblockFormat.BYTES, Math.min(END_BYTES, second));
            zero(device, Math.max(SuperblockFormat.BYTES, last), second);
            zero(device, second + SuperblockFormat.BYTES, device.sizeBytes());
            device.force();
            // What a power cut leaves of a superblock then is either all, or its magic number, or nothing.
            zero(device, SECTOR_BYTES, SuperblockFormat.BYTES);
            zero(device, second + SECTOR_BYTES, second + SuperblockFormat.BYTES);
            device.force();
        }
        return takeBackFormat(device, group, server, isPool);
    }

    private static boolean isOurs(BlockDevice device, long offset, GroupId group, ServerId server,
            Predicate<String> isPool) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(PoolLayout.BLOCK_BYTES);
        device.read(offset, block);
        block.flip();
        return !isZero(block) && isOf(block, device.name(), group, server, isPool);
    }

    private static void zero(BlockDevice device, long from, long to) throws IOException {
        if (from < to) {
            device.write(from, ByteBuffer.allocate((int) (to - from)));
        }
    }

    /**
     * Writes zeros to both ends of a device whose group is given up, if all that others would leave a mark in says that it
     * still is that group's: both places of a superblock or of a spare's label, the {@value StorageSet#MARGIN_BYTES} bytes at
     * each end, which hold nothing else then, and the headers of the pools that the device keeps. One place alone proves
     * nothing: who puts a device to another use writes over its beginning, and seldom over its end.
     *
     * @param group  the group that it has to say it is of, as a member of a set or a spare
     * @param server the server
     * @param isPool tells the names of its set's pools from all others' of that server
     * @return why it was left as it is, after "it is left as it is: "; empty if both ends are zero now
     */
    public static Optional<String> wipe(BlockDevice device, GroupId group, ServerId server, Predicate<String> isPool)
            throws IOException {
        Optional<String> reason = whyNotWiped(device, group, server, isPool);
        if (reason.isEmpty()) {
            for (long offset : offsets(device)) {
                device.write(offset, ByteBuffer.allocate(read(device, offset).limit()));
            }
            device.force();
        }
        return reason;
    }

    private static Optional<String> whyNotWiped(BlockDevice device, GroupId group, ServerId server,
            Predicate<String> isPool) throws IOException {
        long size = device.sizeBytes();
        if (size < 2L * StorageSet.MARGIN_BYTES) {
            return Optional.of(ANOTHERS);
        }
        long second = DeviceRoll.secondOffset(size);
        Optional<Own> atBeginning = own(device, 0, group, server, isPool);
        Optional<Own> atEnd = own(device, second, group, server, isPool);
        if (atBeginning.isEmpty() && atEnd.isEmpty()) {
            return Optional.of(ANOTHERS);
        }
        if (atBeginning.isEmpty() || atEnd.isEmpty()) {
            return Optional.of("only its " + (atEnd.isEmpty() ? "beginning" : "end") + " still says that it is that group's, so"
                    + " it may have been put to another use");
        }
        if (!atBeginning.get().isLike(atEnd.get())) {
            return Optional.of("its beginning and its end say different things, so it may have been put to another use");
        }
        for (long start : new long[] {0, size - StorageSet.MARGIN_BYTES}) {
            ByteBuffer margin = ByteBuffer.allocate((int) StorageSet.MARGIN_BYTES);
            device.read(start, margin);
            margin.put((int) ((start == 0 ? 0 : second) - start), new byte[PoolLayout.BLOCK_BYTES]);
            if (!isZero(margin.flip())) {
                return Optional.of("there is something that is not Baton's within the " + StorageSet.MARGIN_BYTES
                        + " bytes at its " + (start == 0 ? "beginning" : "end") + ", so it may have been put to another use");
            }
        }
        Optional<Superblock> member = atBeginning.get().member();
        for (int pool = 0; member.isPresent() && pool < member.get().pools().size(); pool++) {
            PoolLayout layout = member.get().pools().get(pool);
            if (keepsHeader(member.get(), pool) && !hasHeader(device, layout)) {
                return Optional.of("the header of pool " + layout.name() + " is not there any more, so it may have been put to"
                        + " another use");
            }
        }
        return Optional.empty();
    }

    /** What a place says: one of the two is there. */
    private record Own(Optional<Superblock> member, Optional<SpareLabel> spare) {
        boolean isLike(Own other) {
            return spare.equals(other.spare) && member.isPresent() == other.member.isPresent()
                    && (member.isEmpty() || member.get().setId().equals(other.member.get().setId())
                            && member.get().deviceIndex() == other.member.get().deviceIndex());
        }
    }

    /** Empty if it is not sound, or another's. */
    private static Optional<Own> own(BlockDevice device, long offset, GroupId group, ServerId server,
            Predicate<String> isPool) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(PoolLayout.BLOCK_BYTES);
        device.read(offset, block);
        try {
            if (block.getLong(0) == SpareLabel.MAGIC) {
                return SpareLabel.sound(block, device.name()).filter(spare -> spare.group().equals(group)
                        && spare.server().equals(server) && spare.deviceSizeBytes() == device.sizeBytes())
                        .map(spare -> new Own(Optional.empty(), Optional.of(spare)));
            }
            Superblock member = SuperblockFormat.decode(block, device.name());
            boolean its = member.group().equals(group) && member.server().equals(server)
                    && member.deviceSizeBytes() == device.sizeBytes()
                    && member.pools().stream().map(PoolLayout::name).allMatch(isPool);
            return its ? Optional.of(new Own(Optional.of(member), Optional.empty())) : Optional.empty();
        } catch (FormatException e) {
            return Optional.empty();
        }
    }

    /** Whether a device holds metadata of a pool for certain: one that is out, or yet to have its place, may not have got them. */
    private static boolean keepsHeader(Superblock member, int pool) {
        return !member.isSuccessor() && (member.pools().get(pool).metadataMask() & ~member.outMasks().get(pool) & 1L << member.deviceIndex()) != 0;
    }

    private static boolean hasHeader(BlockDevice device, PoolLayout layout) throws IOException {
        if (layout.regionEnd() > device.sizeBytes()) {
            return false;
        }
        for (int copy = 0; copy < 2; copy++) {
            ByteBuffer header = ByteBuffer.allocate(PoolHeaderFormat.BYTES);
            device.read(layout.headerOffset(copy), header);
            try {
                PoolHeaderFormat.decode(header, layout.name());
                return true;
            } catch (FormatException e) {
                // The other copy may be the sound one.
                continue;
            }
        }
        return false;
    }

    private static boolean isOf(ByteBuffer block, String device, GroupId group, ServerId server, Predicate<String> isPool) {
        if (block.limit() < PoolLayout.BLOCK_BYTES || block.mismatch(ByteBuffer.wrap(OURS)) < OURS.length
                || block.getLong(0) == SpareLabel.MAGIC) {
            return false;
        }
        try {
            Superblock superblock = SuperblockFormat.decode(block, device);
            return superblock.group().equals(group) && superblock.server().equals(server)
                    && superblock.pools().stream().map(PoolLayout::name).allMatch(isPool);
        } catch (FormatException e) {
            // Of another structure, or torn when it was written; not one that is somebody's who knows more.
            return e.kind() == FormatException.Kind.ABSENT || e.kind() == FormatException.Kind.DAMAGED;
        }
    }

    /** The last one begins at a whole block, as superblocks do, so it may reach a little more than a MiB. */
    private static long[] offsets(BlockDevice device) {
        long last = Math.max(0, device.sizeBytes() - END_BYTES);
        return new long[] {0, last / PoolLayout.BLOCK_BYTES * PoolLayout.BLOCK_BYTES};
    }

    private static ByteBuffer read(BlockDevice device, long offset) throws IOException {
        long length = offset == 0 ? Math.min(END_BYTES, device.sizeBytes()) : device.sizeBytes() - offset;
        ByteBuffer bytes = ByteBuffer.allocate((int) length);
        device.read(offset, bytes);
        return bytes.flip();
    }

    private static boolean isZero(ByteBuffer bytes) {
        return bytes.mismatch(ByteBuffer.allocate(bytes.limit())) < 0;
    }
}
