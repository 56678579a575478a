package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices of one pool and their {@link MemberState}. A device whose write or force fails is taken out if the level
 * can spare it: the fact is on the other devices before any write without it is answered, so that the device can never
 * come back with old bytes and be believed. A device that cannot be spared stays, and the I/O fails. A force that failed
 * for another pool or a superblock, also at the same moment, counts as one of this pool's at its next force
 * ({@link ForceFailures}).
 *
 * <p>A device that is being rebuilt is never read. Once it {@linkplain #receive receives}, whatever is written and
 * forced goes to it as well, so that it has missed nothing since; what was written before, the rebuild brings. It
 * becomes a full member when the devices say so, and is out when one of its writes or forces fails, before any write
 * without it is answered.
 *
 * <p>A place may have a {@link Successor}: a device that is rebuilt while the one that has the place serves as ever. Once it
 * receives, both are one {@link TwinDevice} here, so that it gets what the other gets; when it has all of the pool, it waits
 * for the set to hand it the place. If it fails, it goes, and nothing else changes. If the other one fails, the place is out
 * like any other, and the successor is what is being rebuilt in it, as far as it is. Where the pool can't spare the other one,
 * or can't say that it is out, and the successor has all of it, the set is asked to hand it the place before the failure counts.
 *
 * <p>Thread-safe: states change under this object's lock and are read without it. The lock is held while a device is
 * put down as out: who meets its failure too waits for that.
 */
final class PoolMembers implements MemberAccess {
    /** The reason for which a device is not used that is being rebuilt. */
    static final String REBUILDING = "it is being rebuilt";

    private static final String UNTOLD = "it did not take the superblock in which another device is out or taken in";

    private static final Logger LOG = LoggerFactory.getLogger(PoolMembers.class);

    private final PoolLayout layout;
    /** Read without the lock, and before the masks: whoever finds the new device finds that it is not to be read. */
    private final AtomicReferenceArray<BlockDevice> devices;
    private final OutRecorder recorder;
    private final Executor executor;
    private final ForceFailures forces;
    /** How many forces of each device had failed when the pool began to count on it. */
    private final AtomicLongArray forgiven;
    private final MemberState[] states;
    private final String[] reasons;
    /** How often each was to be rebuilt. */
    private final int[] rebuilds;
    /** Who is to have a place next; null where nobody is. */
    private final Successor[] successors;
    /** Whether that one has all of the pool, and gets the rest. */
    private final boolean[] whole;
    /** Devices that are not read: all but those ONLINE. */
    private volatile long outMask;
    /** Those of them that get whatever is written, because they are being rebuilt. */
    private volatile long receiving;
    private volatile boolean mending = true;
    /** Devices to which it is put down what is wrong on them: nobody while the pool is opened, and no older copy. */
    private volatile long blamed;
    /** Devices with data writes that no force has covered. */
    private final AtomicLong unforced = new AtomicLong();

    /**
     * @param devices by index; null for one that is missing
     * @param reasons by index; why a device is missing, null for one that is there
     * @param executor forces devices beside one another
     */
    PoolMembers(PoolLayout layout, BlockDevice[] devices, String[] reasons, OutRecorder recorder, Executor executor) {
        this(layout, devices, reasons, 0, 0, recorder, executor, new ForceFailures());
    }

    /**
     * Members of which some are being rebuilt.
     *
     * @param rebuilding those of the devices with a reason
     * @param receiving  those of them that have had all that was written since their rebuilding began
     * @param forces     of the set, whose pools share the devices; those that failed until now count, as they may have
     *                   lost what an earlier process wrote
     */
    PoolMembers(PoolLayout layout, BlockDevice[] devices, String[] reasons, long rebuilding, long receiving,
            OutRecorder recorder, Executor executor, ForceFailures forces) {
        this.layout = layout;
        this.devices = new AtomicReferenceArray<>(devices);
        this.reasons = reasons.clone();
        this.rebuilds = new int[devices.length];
        this.successors = new Successor[devices.length];
        this.whole = new boolean[devices.length];
        this.recorder = recorder;
        this.executor = executor;
        this.forces = forces;
        this.forgiven = new AtomicLongArray(devices.length);
        this.states = new MemberState[devices.length];
        long out = 0;
        for (int i = 0; i < devices.length; i++) {
            boolean rebuilt = (rebuilding & 1L << i) != 0;
            states[i] = reasons[i] == null ? MemberState.ONLINE
                    : rebuilt ? MemberState.REBUILDING : MemberState.MISSING;
            out |= reasons[i] == null ? 0 : 1L << i;
        }
        this.outMask = out;
        this.receiving = receiving;
    }

    @Override
    public boolean online(int device) {
        return (outMask & 1L << device) == 0;
    }

    long outMask() {
        return outMask;
    }

    /** Devices that are not believed, but get whatever is written. */
    long receiving() {
        return receiving;
    }

    synchronized MemberState state(int device) {
        return states[device];
    }

    /** Why a device is not a full member; null if it is. */
    synchronized String reason(int device) {
        return reasons[device];
    }

    /** Whether some device is being rebuilt. */
    synchronized boolean anyRebuilding() {
        return Arrays.asList(states).contains(MemberState.REBUILDING);
    }

    @Override
    public String name(int device) {
        BlockDevice its = devices.get(device);
        return its == null ? "device " + (device + 1) + " of " + devices.length() : its.name();
    }

    /** Does something while no device's state changes. */
    synchronized void whileNothingChanges(RebuildWork work) throws IOException {
        work.run();
    }

    /** Whether a device may go: it is out already, or the level spares it. */
    synchronized boolean canSpare(int device) {
        return states[device] != MemberState.ONLINE || layout.spares(outMask | 1L << device);
    }

    /**
     * Puts a device into a place, to be rebuilt; the set's superblocks say so already. Whoever has the place is out of
     * it, and has to be one that {@linkplain #canSpare can be spared}.
     */
    synchronized void rebuild(int device, BlockDevice replacement) {
        // Whoever was to have the place before is none of those that the superblocks speak of.
        successors[device] = null;
        whole[device] = false;
        beginRebuilding(device, replacement);
    }

    private void beginRebuilding(int device, BlockDevice replacement) {
        if (states[device] == MemberState.ONLINE || states[device] == MemberState.REBUILDING) {
            become(device, MemberState.FAILED);
            outMask |= 1L << device;
            receiving &= ~(1L << device);
        }
        become(device, MemberState.REBUILDING);
        rebuilds[device]++;
        forgiven.set(device, forces.soFar(replacement));
        devices.set(device, replacement);
        reasons[device] = REBUILDING;
    }

    /** The number of the rebuilding of a device that is under way, or was the last one, since the pool was opened. */
    synchronized int rebuildNumber(int device) {
        return rebuilds[device];
    }

    /** Whether a rebuilding is still under way; it may have ended and another begun. */
    synchronized boolean rebuilding(int device, int number) {
        return isRebuilding(device) && rebuilds[device] == number;
    }

    /** Whether a device is to be rebuilt in a place, if only as a successor. */
    synchronized boolean isRebuilding(int device) {
        return !whole[device] && (states[device] == MemberState.REBUILDING || successors[device] != null);
    }

    /** The device that is being rebuilt in a place; if there is none, the one that has it. */
    private BlockDevice target(int device) {
        return successors[device] == null ? devices.get(device) : successors[device].device();
    }

    /** Whether a device serves that has a successor. */
    synchronized boolean isFollowed(int device) {
        return states[device] == MemberState.ONLINE && successors[device] != null;
    }

    /** What the device is called that is being rebuilt in a place. */
    synchronized String targetName(int device) {
        return successors[device] == null ? name(device) : successors[device].device().name();
    }

    /**
     * Gives a place a successor; the set's superblocks say so already. Where the place is out of the pool, it is rebuilt in
     * the place.
     *
     * @param receives whether it has had all that was written since its rebuilding began: it was the successor before the
     *                 pool was opened
     */
    synchronized void follow(int device, Successor successor, boolean receives) {
        successors[device] = successor;
        whole[device] = false;
        if (states[device] == MemberState.REBUILDING) {
            return; // it is what is being rebuilt there
        }
        if (states[device] == MemberState.ONLINE) {
            rebuilds[device]++;
            if (receives) {
                receiveToo(device);
            }
            return;
        }
        beginRebuilding(device, successor.device());
    }

    private void receiveToo(int device) {
        devices.set(device, new TwinDevice(TwinDevice.serving(devices.get(device)), successors[device], forces));
    }

    /** Who is to have a place next; null if nobody is. */
    synchronized Successor successor(int device) {
        return successors[device];
    }

    /** Whether a device is a successor here. */
    synchronized boolean isFollowedBy(BlockDevice device) {
        return Arrays.stream(successors).anyMatch(successor -> successor != null && successor.device() == device);
    }

    synchronized boolean anySuccessor() {
        return Arrays.stream(successors).anyMatch(successor -> successor != null);
    }

    /** Places in which a successor receives beside the device that serves. */
    synchronized long shadowed() {
        long shadowed = 0;
        for (int i = 0; i < successors.length; i++) {
            shadowed |= devices.get(i) instanceof TwinDevice ? 1L << i : 0;
        }
        return shadowed;
    }

    /** Whether a successor may have its place as far as this pool goes: it has all, or the place is out of the pool. */
    synchronized boolean mayHandOver(int device) {
        return whole[device] || states[device] != MemberState.ONLINE;
    }

    /** Whether the successor of a device has all of the pool. */
    synchronized boolean isWhole(int device) {
        return whole[device];
    }

    /** The successor of a device has its place; the set's superblocks say so already. */
    synchronized void handedOver(int device) {
        forgiven.set(device, successors[device].forgiven());
        devices.set(device, successors[device].device());
        successors[device] = null;
        blamed |= 1L << device;
        if (states[device] == MemberState.REBUILDING && whole[device]) {
            becomeMember(device);
        }
        whole[device] = false;
    }

    /** Lets the successor of a device go, if it has one and that must not have the place. */
    synchronized void forgetFailedSuccessor(int device) throws IOException {
        Successor its = successors[device];
        if (its != null && its.failure().isPresent()) {
            endSuccession(device, its.failure().get());
        }
    }

    private void endSuccession(int device, String reason) throws IOException {
        Successor its = successors[device];
        if (its.isEndedByOrder()) {
            LOG.info("pool {}: device {} follows {} no more, by order", layout.name(), its.device().name(), name(device));
        } else {
            LOG.error("pool {}: device {} can't follow {}: {}", layout.name(), its.device().name(), name(device), reason);
        }
        its.fail(reason);
        long others = recorder.recordSuccessorOut(device, its);
        successors[device] = null;
        whole[device] = false;
        if (states[device] == MemberState.REBUILDING) {
            become(device, MemberState.FAILED);
            reasons[device] = reason;
            receiving &= ~(1L << device);
        } else {
            devices.set(device, TwinDevice.serving(devices.get(device)));
        }
        leaveOut(others);
    }

    /** What is done for a device that is being rebuilt. */
    interface RebuildWork {
        void run() throws IOException;
    }

    /**
     * Does something that must not happen once a rebuilding has ended or another one has begun, while neither can
     * happen.
     *
     * @return whether it was done
     */
    synchronized boolean whileRebuilding(int device, int number, RebuildWork work) throws IOException {
        if (!rebuilding(device, number)) {
            return false;
        }
        try {
            work.run();
            return true;
        } catch (IOException e) {
            putDown(device, target(device), e);
            return false;
        }
    }

    /** Gives a device that is being rebuilt whatever is written from now on. No change may be under way. */
    synchronized void receive(int device, int number) {
        if (!rebuilding(device, number)) {
            return;
        }
        if (states[device] == MemberState.ONLINE) {
            receiveToo(device);
        } else {
            receiving |= 1L << device;
        }
    }

    /**
     * Makes a device that was rebuilt a full member, on the devices first; or, if it is a successor, notes that it could be.
     *
     * @return whether it still was being rebuilt
     */
    synchronized boolean complete(int device, int number) throws IOException {
        if (!rebuilding(device, number)) {
            return false;
        }
        if (successors[device] != null) {
            whole[device] = true;
            LOG.info("pool {}: device {} has all that {} has", layout.name(), targetName(device), name(device));
            return true;
        }
        recorder.recordIn(device);
        becomeMember(device);
        LOG.info("pool {}: device {} is rebuilt", layout.name(), name(device));
        return true;
    }

    private void becomeMember(int device) {
        become(device, MemberState.ONLINE);
        reasons[device] = null;
        blamed |= 1L << device;
        // Never neither of both: it is written all the time.
        outMask &= ~(1L << device);
        receiving &= ~(1L << device);
    }

    /** Takes a device out that could go on, if it is not out already; refused if it can't be spared. */
    synchronized void takeOut(int device, String reason) throws IOException {
        putDown(device, devices.get(device), new IOException(reason));
    }

    /** Writes to a device that is being rebuilt, also before it receives. */
    void writeRebuilding(int device, int number, long offset, ByteBuffer source) throws IOException {
        BlockDevice its = target(device, number);
        if (its != null) {
            try {
                its.write(offset, source);
            } catch (IOException e) {
                fail(device, its, e);
            }
        }
    }

    private synchronized BlockDevice target(int device, int number) {
        return rebuilding(device, number) ? target(device) : null;
    }

    /** Forces a device that is being rebuilt. */
    void forceRebuilding(int device, int number) throws IOException {
        BlockDevice its = target(device, number);
        Successor successor = successor(device);
        if (its != null && its == devices.get(device)) {
            forceOne(device);
        } else if (its != null && successor != null && its == successor.device()) {
            try {
                successor.force();
            } catch (IOException e) {
                successor.fail(e.getMessage()); // at once: other pools must not count on it while this one waits to say so
                fail(device, its, e);
            }
        }
    }

    /** Devices out of use, with the reason after a colon. */
    synchronized List<String> failed() {
        return IntStream.range(0, states.length).filter(i -> states[i] != MemberState.ONLINE)
                .mapToObj(i -> name(i) + ": " + reasons[i]).toList();
    }

    @Override
    public void read(int device, long offset, ByteBuffer destination) throws IOException {
        BlockDevice its = devices.get(device);
        if (!online(device)) {
            throw new IOException("device " + name(device) + " is out of use");
        }
        its.read(offset, destination);
    }

    @Override
    public void writeData(int device, long offset, ByteBuffer source) throws IOException {
        write(device, offset, source);
        unforced.getAndUpdate(mask -> mask | 1L << device);
    }

    @Override
    public void writeData(int device, long offset, ByteBuffer[] sources) throws IOException {
        BlockDevice its = devices.get(device);
        if (written(device)) {
            try {
                its.write(offset, sources);
            } catch (IOException e) {
                fail(device, its, e);
            }
        }
        unforced.getAndUpdate(mask -> mask | 1L << device);
    }

    /** Leaves blocks that are not sound as they are from now on. */
    void forbidMending() {
        mending = false;
    }

    @Override
    public boolean mends() {
        return mending;
    }

    /**
     * From now on what is wrong is put down to the devices: before, a crash may have left it so.
     *
     * @param older those to which nothing is put down, as they are older copies that are in use all the same
     */
    synchronized void countDamage(long older) {
        blamed = ~older;
    }

    private boolean counts(int device) {
        return (blamed & 1L << device) != 0 && online(device);
    }

    @Override
    public void damaged(int device, long offset) {
        BlockDevice its = devices.get(device);
        if (counts(device)) {
            WatchedDevice.damaged(its, offset);
        }
    }

    @Override
    public long unreadable(int device, long offset, int blocks) {
        BlockDevice its = devices.get(device);
        boolean counts = counts(device);
        if (!counts && !(mending && online(device))) {
            return Unread.NOWHERE;
        }
        long place = WatchedDevice.unreadable(its, offset, blocks, counts);
        return mending ? place : Unread.NOWHERE;
    }

    @Override
    public boolean mend(int device, long offset, ByteBuffer sound) throws IOException {
        BlockDevice its = devices.get(device);
        damaged(device, offset);
        if (!mending || !online(device)) {
            return false;
        }
        try {
            its.write(offset, sound.duplicate());
            its.read(offset, ByteBuffer.allocate(sound.remaining()));
            if (counts(device)) {
                WatchedDevice.mended(its, offset);
            }
        } catch (IOException e) {
            fail(device, its, e);
        }
        unforced.getAndUpdate(mask -> mask | 1L << device);
        return true;
    }

    /** Writes metadata to every device in use that holds them; the source's position does not move. */
    void writeMetadata(long offset, ByteBuffer source) throws IOException {
        for (int i = 0; i < layout.metadataCopies(); i++) {
            write(i, offset, source.duplicate());
        }
    }

    /** The devices with unforced data writes, which the caller is now going to force. */
    long takeUnforced() {
        return unforced.getAndSet(0);
    }

    /** Forces the devices of a mask that are in use, beside one another; on failure they count as unforced again. */
    void force(long mask) throws IOException {
        boolean done = false;
        try {
            List<Together.Task> forces = new ArrayList<>();
            for (int i = 0; i < devices.length(); i++) {
                if ((mask & 1L << i) != 0 && written(i)) {
                    int device = i;
                    forces.add(() -> forceOne(device));
                }
            }
            Together.run(executor, forces);
            done = true;
        } finally {
            // Also after an Error, as of an executor that can start no thread: the next force must cover them.
            if (!done) {
                unforced.getAndUpdate(old -> old | mask);
            }
        }
    }

    /** Forces every device that holds metadata. */
    void forceMetadata() throws IOException {
        force(layout.metadataMask());
    }

    /** Forces every device. */
    void forceAll() throws IOException {
        takeUnforced();
        force(-1L);
    }

    private void forceOne(int device) throws IOException {
        BlockDevice its = devices.get(device);
        try {
            if (its instanceof TwinDevice) {
                its.force();
            } else {
                forces.force(its);
            }
        } catch (IOException e) {
            fail(device, its, e);
            if (!(e instanceof TwinDevice.TwinFailure twin) || twin.serving() != null) {
                return;
            }
        }
        if (forces.count(TwinDevice.serving(its)) != forgiven.get(device)) {
            fail(device, TwinDevice.serving(its), new IOException("an earlier force of it failed, of another pool or of its"
                    + " superblock, which may have lost what was written here"));
        }
    }

    private boolean written(int device) {
        // In this order: who becomes a full member leaves the second when it is in the first.
        return (receiving & 1L << device) != 0 || online(device);
    }

    /** Writes to a device that is in use, or receives; whoever does so sees to its being forced. */
    void write(int device, long offset, ByteBuffer source) throws IOException {
        BlockDevice its = devices.get(device);
        if (!written(device)) {
            source.position(source.limit());
            return;
        }
        try {
            its.write(offset, source);
        } catch (IOException e) {
            fail(device, its, e);
        }
    }

    /** A device failed, which may have lost its place meanwhile. Without this object's lock. */
    private void fail(int device, BlockDevice its, IOException cause) throws IOException {
        boolean serves = !(cause instanceof TwinDevice.TwinFailure failure) || failure.serving() != null;
        BlockDevice failed = TwinDevice.serving(its);
        boolean needed = serves && hasWholeSuccessor(device, failed) && !canSpare(device);
        if (needed) {
            recorder.handOverNow(device, cause.getMessage());
        }
        try {
            putDown(device, its, cause);
        } catch (IOException e) {
            // Neither can it be spared if another one, which did not hear that it is out, can't be besides.
            if (needed || !serves || !hasWholeSuccessor(device, failed)) {
                throw e;
            }
            recorder.handOverNow(device, cause.getMessage());
            if (TwinDevice.serving(devices.get(device)) == failed) {
                throw e;
            }
        }
    }

    /** Whether a device serves, and has a successor which has all that it has. */
    private synchronized boolean hasWholeSuccessor(int device, BlockDevice failed) {
        return states[device] == MemberState.ONLINE && devices.get(device) instanceof TwinDevice twin
                && TwinDevice.serving(twin) == failed && whole[device] && successors[device].failure().isEmpty();
    }

    private synchronized void putDown(int device, BlockDevice its, IOException cause) throws IOException {
        if (its instanceof TwinDevice twin && cause instanceof TwinDevice.TwinFailure failure) {
            if (failure.successor() != null) {
                putDown(device, twin.successor(), failure.successor());
            }
            if (failure.serving() != null) {
                putDown(device, TwinDevice.serving(twin), failure.serving());
            }
            return;
        }
        BlockDevice failed = TwinDevice.serving(its);
        if (successors[device] != null && successors[device].device() == failed) {
            endSuccession(device, cause.getMessage());
            return;
        }
        if (TwinDevice.serving(devices.get(device)) != failed) {
            return;
        }
        if (states[device] == MemberState.REBUILDING) {
            LOG.error("pool {}: device {} can't be rebuilt: {}", layout.name(), name(device), cause.getMessage());
            long others = recorder.recordOut(device, cause.getMessage());
            become(device, MemberState.FAILED);
            reasons[device] = why(cause);
            receiving &= ~(1L << device);
            leaveOut(others);
            return;
        }
        if (states[device] != MemberState.ONLINE) {
            return;
        }
        long out = outMask | 1L << device;
        if (!layout.spares(out)) {
            throw new BatonException(ErrorCode.INTERNAL, "pool " + layout.name() + " can't spare device "
                    + name(device) + ", which failed: " + cause.getMessage() + "; already out: " + failed()
                    + ". Mend the device and restart the server", cause);
        }
        LOG.error("pool {} goes on without device {}: {}", layout.name(), name(device), cause.getMessage());
        // Whoever sees that it is out leaves it out of his writes and answers: the others must know of it before.
        long others = recorder.recordOut(device, cause.getMessage());
        goOut(device, why(cause));
        leaveOut(others);
    }

    /** Some exceptions have no message. */
    private static String why(IOException cause) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** One that was a full member is none any more. If it has a successor, that is rebuilt in its place, as far as it is. */
    private void goOut(int device, String reason) {
        become(device, MemberState.FAILED);
        reasons[device] = reason;
        long its = 1L << device;
        Successor successor = successors[device];
        if (successor == null) {
            outMask |= its;
            return;
        }
        // Never neither of both, if it was written all the time.
        receiving |= devices.get(device) instanceof TwinDevice ? its : 0;
        outMask |= its;
        forgiven.set(device, successor.forgiven());
        devices.set(device, successor.device());
        become(device, MemberState.REBUILDING);
        reasons[device] = REBUILDING;
    }

    /** Devices are out, as all the others say already, because they did not take the superblock. */
    synchronized void leaveOut(long untold) {
        for (int i = 0; i < states.length; i++) {
            if ((untold & 1L << i) != 0 && (states[i] == MemberState.ONLINE || states[i] == MemberState.REBUILDING)) {
                LOG.error("pool {} goes on without device {}: {}", layout.name(), name(i), UNTOLD);
                if (states[i] == MemberState.ONLINE) {
                    goOut(i, UNTOLD);
                } else {
                    become(i, MemberState.FAILED);
                    reasons[i] = UNTOLD;
                    receiving &= ~(1L << i);
                }
            }
        }
        outMask |= untold;
    }

    /** Whether it was in use, or being rebuilt, since the pool was opened, and then failed. */
    synchronized boolean failedSinceOpened(int device) {
        return states[device] == MemberState.FAILED;
    }

    private void become(int device, MemberState next) {
        if (!states[device].mayBecome(next)) {
            throw new IllegalStateException("device " + name(device) + " can't become " + next + " in pool "
                    + layout.name() + " when it is " + states[device]);
        }
        states[device] = next;
    }
}
