package io.batonfs.pools;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The devices of an open set by what they are for, and what is known of each. It belongs to the {@link StorageSet}.
 *
 * <p>Time passes here when somebody says so ({@link #pass}), and so only while somebody looks: an I/O that begins notes the
 * time of the last look, which costs it a read of a field.
 *
 * <p>Thread-safe. Whoever asks how the devices are takes no lock: a device that does not answer may keep others waiting for
 * those of the set. {@link #seat} takes this object's, and in it {@link Membership}'s and {@link Spares}'.
 */
final class DeviceLedger {
    /** Since the set was opened, and one more, as nothing begins at {@link PendingIo#NONE}. */
    private final AtomicLong nowMs = new AtomicLong(PendingIo.NONE + 1);
    private volatile List<Seat> seats = List.of();

    private record Seat(DeviceHealth.Role role, int place, WatchedDevice device) {
    }

    /** A device that is to be the set's, and the caller's as before until it is seated; or one that is the set's already. */
    WatchedDevice watch(BlockDevice device) {
        return seats.stream().map(Seat::device).filter(known -> WatchedDevice.unwatched(known) == device).findFirst()
                .orElseGet(() -> new WatchedDevice(device, this));
    }

    /** The same of several. */
    List<BlockDevice> watch(List<? extends BlockDevice> devices) {
        return devices.stream().<BlockDevice>map(this::watch).toList();
    }

    /** Looks which devices there are and what they are for, since that has changed. */
    synchronized void seat(Membership membership, Spares spares) {
        List<Seat> found = new ArrayList<>();
        BlockDevice[] members = membership.devices();
        Successor[] successors = membership.successors();
        for (int i = 0; i < members.length; i++) {
            add(DeviceHealth.Role.MEMBER, i + 1, members[i], found);
            add(DeviceHealth.Role.SUCCESSOR, i + 1, successors[i] == null ? null : successors[i].device(), found);
        }
        spares.devices().forEach(spare -> add(DeviceHealth.Role.SPARE, 0, spare, found));
        seats = List.copyOf(found);
    }

    private static void add(DeviceHealth.Role role, int place, BlockDevice device, List<Seat> found) {
        if (device instanceof WatchedDevice watched) {
            found.add(new Seat(role, place, watched));
        }
    }

    /** Some time has passed. */
    void pass(long elapsedMs) {
        nowMs.addAndGet(elapsedMs);
    }

    /** The time of the last look, in milliseconds from any moment. */
    long nowMs() {
        return nowMs.get();
    }

    /** How each of the devices is. */
    List<DeviceHealth> report() {
        long now = nowMs();
        return seats.stream().map(seat -> health(seat, now)).toList();
    }

    private static DeviceHealth health(Seat seat, long now) {
        DeviceTally tally = seat.device().tally();
        long since = seat.device().unansweredSince();
        return new DeviceHealth(seat.role(), seat.place(), seat.device().name(), tally.readErrors(), tally.writeErrors(),
                tally.forceErrors(), tally.damagedBlocks(), tally.mendedBlocks(), tally.damagedWithinADay(now),
                since == PendingIo.NONE ? 0 : Math.max(0, now - since));
    }
}
