package io.batonfs.pools;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Makes devices blank that a set had which is given back, or whose group is given up: both ends, see {@link DeviceEnds}. All that
 * others would leave a mark in has to say that the device still is that set's. One place alone proves nothing: who puts a device
 * to another use writes over its beginning, and seldom over its end.
 * <pre>
 *   its two places hold                  what else has to be                                   then
 *   superblocks, or labels, of a kind    zeros in the margins, headers of its pools            a {@link Farewell} in the first place
 *   one of those and a farewell          the same                                              a farewell in the other place
 *   two farewells                        zeros in the margins, no other's mark where the       all but those becomes zero
 *                                        pools begin
 *   a farewell and zeros                 zeros                                                 the farewell becomes zero
 *   zeros                                zeros                                                 it is blank
 *   anything else                                                                              it is left as it is
 * </pre>
 * Each line is forced before the next, and each is what a crash may leave, so whoever comes later goes on there. The margins are
 * the {@value StorageSet#MARGIN_BYTES} bytes at each end, without the two places. Stateless.
 */
public final class DeviceWipe {
    private static final String ANOTHERS = "it is another's by now";
    private static final String UNKNOWN_SPARE = "it is a spare of that server, and does not say that it is this set's (an older "
            + "Baton did not note by what to know that); if no other set has it, write zeros to its beginning and end";
    private static final String OTHER_USE = ", so it may have been put to another use";
    private static final byte[] OURS = {'B', 'A', 'T', 'O', 'N'};

    private DeviceWipe() {
    }

    /**
     * Whose a device has to be.
     *
     * @param group  the group
     * @param server the server
     * @param isPool tells the names of the set's pools from all others' of that server
     * @param spares tells the ids of sets whose spares may be made blank too: a label does not say by a name which set it is
     *               kept for
     * @param away   whether it was away when what its set held was carried elsewhere: if it says that others are out, the set
     *               may have been used with it and without those, and what was written then is on it alone
     */
    public record Owner(GroupId group, ServerId server, Predicate<String> isPool, Predicate<UUID> spares, boolean away) {
    }

    /** Asked when all was read and nothing was written yet: what is read may take long. */
    @FunctionalInterface
    public interface Gate {
        /** @throws IOException if the device is not to be made blank any more */
        void check() throws IOException;
    }

    /** As the other one, whatever changes meanwhile. */
    public static Optional<String> wipe(BlockDevice device, Owner owner) throws IOException {
        return wipe(device, owner, () -> { });
    }

    /**
     * Makes a device blank, or goes on with that.
     *
     * @return why it was left as it is, after "it is left as it is: "; empty if both ends are zero now
     * @throws IOException if it can't be read or written, or the gate throws it; the same call goes on when it can
     */
    public static Optional<String> wipe(BlockDevice device, Owner owner, Gate gate) throws IOException {
        if (device.sizeBytes() < 2L * StorageSet.MARGIN_BYTES) {
            return DeviceEnds.areBlank(device) ? Optional.empty() : Optional.of(ANOTHERS);
        }
        Place first = Place.read(device, 0);
        Place second = Place.read(device, DeviceRoll.secondOffset(device.sizeBytes()));
        if (first.isZero() && second.isZero() && DeviceEnds.areBlank(device)) {
            return Optional.empty();
        }
        Optional<String> reason = whyNot(device, owner, first, second);
        if (reason.isEmpty()) {
            gate.check();
            wipe(device, first, second);
        }
        return reason;
    }

    private static void wipe(BlockDevice device, Place first, Place second) throws IOException {
        if (!first.isZero() && !second.isZero()) {
            bidFarewell(device, first);
            bidFarewell(device, second);
            long size = device.sizeBytes();
            long lastEnd = Math.max(Farewell.BYTES, DeviceEnds.lastOffset(device));
            zero(device, Farewell.BYTES, Math.min(DeviceEnds.END_BYTES, second.offset()));
            zero(device, lastEnd, second.offset());
            zero(device, second.offset() + Farewell.BYTES, size);
            device.force();
        }
        for (Place place : new Place[] {first, second}) {
            zero(device, place.offset(), place.offset() + Farewell.BYTES);
        }
        device.force();
    }

    private static void bidFarewell(BlockDevice device, Place place) throws IOException {
        if (place.farewell().isEmpty()) {
            device.write(place.offset(), place.toBe().orElseThrow().encode());
            device.force();
        }
    }

    private static void zero(BlockDevice device, long from, long to) throws IOException {
        if (from < to) {
            device.write(from, ByteBuffer.allocate((int) (to - from)));
        }
    }

    /** Empty if it may be made blank, or that may go on. */
    private static Optional<String> whyNot(BlockDevice device, Owner owner, Place first, Place second) throws IOException {
        Optional<Identity> atBeginning = first.identity(device, owner);
        Optional<Identity> atEnd = second.identity(device, owner);
        if (atBeginning.isEmpty() && atEnd.isEmpty()) {
            return Optional.of(first.isSpareOf(owner) && second.isSpareOf(owner) ? UNKNOWN_SPARE : ANOTHERS);
        }
        if (isLast(first, second, atEnd) || isLast(second, first, atBeginning)) {
            return DeviceEnds.areBlankBut(device, first.farewell().isPresent() ? 0 : second.offset(), Farewell.BYTES)
                    ? Optional.empty() : Optional.of("there is something beside the mark of one that is being made blank"
                            + OTHER_USE);
        }
        if (atBeginning.isEmpty() || atEnd.isEmpty()) {
            return Optional.of("only its " + (atEnd.isEmpty() ? "beginning" : "end") + " still says that it is that group's"
                    + OTHER_USE);
        }
        if (!atBeginning.equals(atEnd)) {
            return Optional.of("its beginning and its end say different things" + OTHER_USE);
        }
        for (long start : new long[] {0, device.sizeBytes() - StorageSet.MARGIN_BYTES}) {
            ByteBuffer margin = ByteBuffer.allocate((int) StorageSet.MARGIN_BYTES);
            device.read(start, margin);
            margin.put((int) ((start == 0 ? 0 : second.offset()) - start), new byte[PoolLayout.BLOCK_BYTES]);
            if (!isZero(margin.flip())) {
                return Optional.of("there is something that is not Baton's within the " + StorageSet.MARGIN_BYTES
                        + " bytes at its " + (start == 0 ? "beginning" : "end") + OTHER_USE);
            }
        }
        if (first.farewell().isPresent() && second.farewell().isPresent()) {
            return isAnothersWherePoolsBegin(device)
                    ? Optional.of("there is something that is not Baton's where its pools began" + OTHER_USE) : Optional.empty();
        }
        Optional<Superblock> member = first.member().or(second::member);
        if (owner.away() && member.filter(DeviceWipe::saysOthersAreOut).isPresent()) {
            return Optional.of("it says that its set was used without others, so there may be data on it alone");
        }
        return missingHeader(device, member);
    }

    private static boolean saysOthersAreOut(Superblock member) {
        for (int pool = 0; pool < member.pools().size(); pool++) {
            if ((member.outMasks().get(pool) & ~member.rebuildMasks().get(pool) & ~(1L << member.deviceIndex())) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether all has become zero but a farewell. */
    private static boolean isLast(Place gone, Place left, Optional<Identity> itsIdentity) {
        return gone.isZero() && left.farewell().isPresent() && itsIdentity.isPresent();
    }

    /** Of the header that was there, a power cut may leave any sectors; the first of them begins as all of ours do. */
    private static boolean isAnothersWherePoolsBegin(BlockDevice device) throws IOException {
        ByteBuffer sector = ByteBuffer.allocate((int) Math.min(Farewell.BYTES, device.sizeBytes() - StorageSet.MARGIN_BYTES));
        device.read(StorageSet.MARGIN_BYTES, sector);
        return !isZero(sector.flip()) && sector.mismatch(ByteBuffer.wrap(OURS)) < OURS.length;
    }

    private static Optional<String> missingHeader(BlockDevice device, Optional<Superblock> member) throws IOException {
        for (int pool = 0; member.isPresent() && pool < member.get().pools().size(); pool++) {
            PoolLayout layout = member.get().pools().get(pool);
            if (keepsHeader(member.get(), pool) && !hasHeader(device, layout)) {
                return Optional.of("the header of pool " + layout.name() + " is not there any more" + OTHER_USE);
            }
        }
        return Optional.empty();
    }

    /** Whether a device holds metadata of a pool for certain: one that is out, or yet to have its place, may not have got them. */
    private static boolean keepsHeader(Superblock member, int pool) {
        return !member.isSuccessor()
                && (member.pools().get(pool).metadataMask() & ~member.outMasks().get(pool) & 1L << member.deviceIndex()) != 0;
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

    private static boolean isZero(ByteBuffer bytes) {
        return bytes.mismatch(ByteBuffer.allocate(bytes.limit())) < 0;
    }

    /** What both places of a device have to agree about. */
    private record Identity(UUID setId, int deviceIndex) {
    }

    /**
     * One of the two places where a superblock or a spare's label is.
     *
     * @param offset   where it is
     * @param isZero   whether nothing is there
     * @param member   what is there, if it is a sound superblock
     * @param farewell what is there, if it is a farewell, with nothing behind it but what was there before
     * @param toBe     the farewell that belongs there, if a sound superblock or label is there; its own, if that is there
     */
    private record Place(long offset, boolean isZero, Optional<Superblock> member, Optional<Farewell> farewell,
            Optional<Farewell> toBe) {

        static Place read(BlockDevice device, long offset) throws IOException {
            ByteBuffer block = ByteBuffer.allocate(PoolLayout.BLOCK_BYTES);
            device.read(offset, block);
            block.flip();
            if (DeviceWipe.isZero(block)) {
                return new Place(offset, true, Optional.empty(), Optional.empty(), Optional.empty());
            }
            try {
                Optional<Farewell> farewell = Farewell.find(block, device.name()).filter(found -> found.isAllOf(block));
                if (farewell.isPresent()) {
                    return new Place(offset, false, Optional.empty(), farewell, farewell);
                }
                Optional<SpareLabel> spare = SpareLabel.sound(block, device.name());
                if (spare.isPresent()) {
                    return new Place(offset, false, Optional.empty(), Optional.empty(),
                            spare.map(label -> Farewell.of(label, block)));
                }
                Superblock member = SuperblockFormat.decode(block, device.name());
                if (member.pools().isEmpty()) {
                    return new Place(offset, false, Optional.empty(), Optional.empty(), Optional.empty());
                }
                return new Place(offset, false, Optional.of(member), Optional.empty(), Optional.of(Farewell.of(member, block)));
            } catch (FormatException e) {
                return new Place(offset, false, Optional.empty(), Optional.empty(), Optional.empty());
            }
        }

        /** Empty if what is there is not sound, or another's. */
        Optional<Identity> identity(BlockDevice device, Owner owner) {
            return toBe.filter(its -> its.group().equals(owner.group()) && its.server().equals(owner.server())
                    && its.deviceSizeBytes() == device.sizeBytes() && isOf(its, owner))
                    .map(its -> new Identity(its.setId(), its.deviceIndex()));
        }

        boolean isSpareOf(Owner owner) {
            return toBe.filter(its -> its.group().equals(owner.group()) && its.server().equals(owner.server())
                    && its.deviceIndex() == Farewell.SPARE).isPresent();
        }

        private boolean isOf(Farewell its, Owner owner) {
            return its.deviceIndex() == Farewell.SPARE ? owner.spares().test(its.setId())
                    : owner.isPool().test(its.pool()) && (member.isEmpty()
                            || member.get().pools().stream().map(PoolLayout::name).allMatch(owner.isPool()));
        }
    }
}
