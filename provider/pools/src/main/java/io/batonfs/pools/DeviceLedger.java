package io.batonfs.pools;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * The devices of an open set by what they are for, and what is known of each. It belongs to the {@link StorageSet}.
 *
 * <p>Time passes here when somebody says so ({@link #pass}), and so only while somebody looks: an I/O that begins notes the
 * time of the last look, which costs it a read of a field.
 *
 * <p>A device that is none of the set's any more stays here as a {@linkplain DeviceHealth.Role#FORMER former one} while it
 * has not answered everything: who waits for it still does, with the locks that it has.
 *
 * <p>Thread-safe. Whoever asks how the devices are takes no lock: a device that does not answer may keep others waiting for
 * those of the set. {@link #seat} takes this object's, and in it {@link Membership}'s and {@link Spares}'.
 */
final class DeviceLedger {
    /** Since the set was opened, and one more, as nothing begins at {@link PendingIo#NONE}. */
    private final AtomicLong nowMs = new AtomicLong(PendingIo.NONE + 1);
    private volatile List<Seat> seats = List.of();
    /** Those that have no seat any more, until they have answered everything. */
    private final AtomicReference<List<Seat>> former = new AtomicReference<>(List.of());
    /** Those of them to which pools may still write, though they are to have no place any more. */
    private volatile List<BlockDevice> ended = List.of();

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
        List<Seat> gone = seats.stream().filter(seat -> found.stream().noneMatch(now -> now.device() == seat.device()))
                .map(seat -> new Seat(DeviceHealth.Role.FORMER, seat.place(), seat.device())).toList();
        ended = membership.ended();
        former.getAndUpdate(before -> Stream.concat(before.stream(), gone.stream()).toList());
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
        // No new I/O goes to them, so what has answered all is done with; but a pool writes to a successor until it has heard.
        List<BlockDevice> written = ended;
        former.getAndUpdate(before -> before.stream()
                .filter(seat -> written.contains(seat.device()) || seat.device().waitsForAnswers()).toList());
    }

    /** The time of the last look, in milliseconds from any moment. */
    long nowMs() {
        return nowMs.get();
    }

    /** How each of the devices is. */
    List<DeviceHealth> report() {
        long now = nowMs();
        List<Seat> seated = seats;
        // One that is losing its seat just now may be among both.
        return Stream.concat(seated.stream(), former.get().stream().filter(seat -> seat.device().waitsForAnswers()
                && seated.stream().noneMatch(other -> other.device() == seat.device())))
                .map(seat -> health(seat, isFollowed(seat, seated), now)).toList();
    }

    private static boolean isFollowed(Seat seat, List<Seat> seated) {
        return seat.role() == DeviceHealth.Role.MEMBER && seated.stream()
                .anyMatch(other -> other.role() == DeviceHealth.Role.SUCCESSOR && other.place() == seat.place());
    }

    private static DeviceHealth health(Seat seat, boolean isFollowed, long now) {
        DeviceTally tally = seat.device().tally();
        return new DeviceHealth(seat.role(), seat.place(), seat.device().name(), tally.readErrors(), tally.writeErrors(),
                tally.forceErrors(), tally.damagedBlocks(), tally.mendedBlocks(), tally.damagedWithinADay(now),
                age(seat.device().unansweredSince(), now), age(seat.device().forcingSince(), now), isFollowed);
    }

    private static long age(long since, long now) {
        return since == PendingIo.NONE ? 0 : Math.max(0, now - since);
    }
}
