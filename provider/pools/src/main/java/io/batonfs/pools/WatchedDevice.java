package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A device of a set with what is known of it: what it was asked for and has not answered ({@link PendingIo}), and what went
 * wrong ({@link DeviceTally}). Made by the set's {@link DeviceLedger} for each device that the set is given, so that whatever
 * the set does with the device passes here: pools, superblocks, scrubbing, rebuilding. Thread-safe.
 */
final class WatchedDevice implements BlockDevice {
    private final BlockDevice device;
    private final DeviceLedger ledger;
    private final PendingIo pending = new PendingIo();
    private final DeviceTally tally = new DeviceTally();

    /** @param ledger tells the time */
    WatchedDevice(BlockDevice device, DeviceLedger ledger) {
        this.device = device;
        this.ledger = ledger;
    }

    /** A device as its owner gave it to the set. */
    static BlockDevice unwatched(BlockDevice device) {
        return device instanceof WatchedDevice watched ? watched.device : device;
    }

    /** A block that a pool has on a device is wrong there, or the device did not give it. */
    static void damaged(BlockDevice device) {
        if (read(device) instanceof WatchedDevice watched) {
            watched.tally.damaged(watched.ledger.nowMs());
        }
    }

    /** Such a block was written anew and read back. */
    static void mended(BlockDevice device) {
        if (read(device) instanceof WatchedDevice watched) {
            watched.tally.mended();
        }
    }

    /** Whom a pool reads when it reads one of its devices; not a watched one where a test made the pool's devices. */
    private static BlockDevice read(BlockDevice device) {
        return OverlayDevice.below(TwinDevice.serving(device));
    }

    DeviceTally tally() {
        return tally;
    }

    /** When the oldest was begun of what it has not answered, by the ledger's time; {@link PendingIo#NONE} if it has all. */
    long unansweredSince() {
        return pending.oldest();
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public long sizeBytes() {
        return device.sizeBytes();
    }

    @Override
    public void read(long offset, ByteBuffer destination) throws IOException {
        int place = pending.begin(ledger.nowMs());
        try {
            device.read(offset, destination);
        } catch (IOException e) {
            tally.readFailed();
            throw e;
        } finally {
            pending.end(place);
        }
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
        int place = pending.begin(ledger.nowMs());
        try {
            device.write(offset, source);
        } catch (IOException e) {
            tally.writeFailed();
            throw e;
        } finally {
            pending.end(place);
        }
    }

    @Override
    public void write(long offset, ByteBuffer[] sources) throws IOException {
        int place = pending.begin(ledger.nowMs());
        try {
            device.write(offset, sources);
        } catch (IOException e) {
            tally.writeFailed();
            throw e;
        } finally {
            pending.end(place);
        }
    }

    @Override
    public void force() throws IOException {
        int place = pending.begin(ledger.nowMs());
        try {
            device.force();
        } catch (IOException e) {
            tally.forceFailed();
            throw e;
        } finally {
            pending.end(place);
        }
    }

    @Override
    public void close() throws IOException {
        device.close();
    }

    @Override
    public String toString() {
        return name();
    }
}
