package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices of one pool and their {@link MemberState}. A device whose write or force fails is taken out if the level
 * can spare it: the fact is on the other devices before any write without it is answered, so that the device can never
 * come back with old bytes and be believed. A device that cannot be spared stays, and the I/O fails.
 *
 * <p>Thread-safe: states change under this object's lock and are read without it. The lock is held while a device is
 * put down as out: who meets its failure too waits for that.
 */
final class PoolMembers implements MemberAccess {
    private static final Logger LOG = LoggerFactory.getLogger(PoolMembers.class);

    /** Makes it durable that a device is out. */
    interface OutRecorder {
        void recordOut(int device, String reason) throws IOException;
    }

    private final PoolLayout layout;
    private final BlockDevice[] devices;
    private final OutRecorder recorder;
    private final Executor executor;
    private final MemberState[] states;
    private final String[] reasons;
    private volatile long outMask;
    private volatile boolean mending = true;
    /** Devices with data writes that no force has covered. */
    private final AtomicLong unforced = new AtomicLong();

    /**
     * @param devices by index; null for one that is missing
     * @param reasons by index; why a device is missing, null for one that is there
     * @param executor forces devices beside one another
     */
    PoolMembers(PoolLayout layout, BlockDevice[] devices, String[] reasons, OutRecorder recorder, Executor executor) {
        this.layout = layout;
        this.devices = devices.clone();
        this.reasons = reasons.clone();
        this.recorder = recorder;
        this.executor = executor;
        this.states = new MemberState[devices.length];
        long out = 0;
        for (int i = 0; i < devices.length; i++) {
            states[i] = reasons[i] == null ? MemberState.ONLINE : MemberState.MISSING;
            out |= reasons[i] == null ? 0 : 1L << i;
        }
        this.outMask = out;
    }

    @Override
    public boolean online(int device) {
        return (outMask & 1L << device) == 0;
    }

    long outMask() {
        return outMask;
    }

    @Override
    public String name(int device) {
        return devices[device] == null ? "number " + device + " of the set" : devices[device].name();
    }

    /** Devices out of use, with the reason after a colon. */
    synchronized List<String> failed() {
        List<String> failed = new ArrayList<>();
        for (int i = 0; i < states.length; i++) {
            if (states[i] != MemberState.ONLINE) {
                failed.add(name(i) + ": " + reasons[i]);
            }
        }
        return failed;
    }

    @Override
    public void read(int device, long offset, ByteBuffer destination) throws IOException {
        if (!online(device)) {
            throw new IOException("device " + name(device) + " is out of use");
        }
        devices[device].read(offset, destination);
    }

    @Override
    public void writeData(int device, long offset, ByteBuffer source) throws IOException {
        write(device, offset, source);
        unforced.getAndUpdate(mask -> mask | 1L << device);
    }

    /** Leaves blocks that are not sound as they are from now on. */
    void forbidMending() {
        mending = false;
    }

    @Override
    public boolean mend(int device, long offset, ByteBuffer sound) throws IOException {
        if (!mending || !online(device)) {
            return false;
        }
        try {
            devices[device].write(offset, sound.duplicate());
            devices[device].read(offset, ByteBuffer.allocate(sound.remaining()));
        } catch (IOException e) {
            fail(device, e);
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
            for (int i = 0; i < devices.length; i++) {
                if ((mask & 1L << i) != 0 && online(i)) {
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
        try {
            devices[device].force();
        } catch (IOException e) {
            fail(device, e);
        }
    }

    private void write(int device, long offset, ByteBuffer source) throws IOException {
        if (!online(device)) {
            source.position(source.limit());
            return;
        }
        try {
            devices[device].write(offset, source);
        } catch (IOException e) {
            fail(device, e);
        }
    }

    private synchronized void fail(int device, IOException cause) throws IOException {
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
        recorder.recordOut(device, cause.getMessage());
        states[device] = MemberState.FAILED;
        reasons[device] = cause.getMessage();
        outMask = out;
    }
}
