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
    /** Apart from what else it is asked for: a force of gigabytes takes a disk as long as writing them. */
    private final PendingIo forcing = new PendingIo();
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

    /** A block that a pool has at a place of a device is wrong there, or the device did not give it. */
    static void damaged(BlockDevice device, long offset) {
        if (read(device) instanceof WatchedDevice watched) {
            watched.tally.damaged(offset, watched.ledger.nowMs());
        }
    }

    /** Such a block was written anew and read back. */
    static void mended(BlockDevice device, long offset) {
        if (read(device) instanceof WatchedDevice watched) {
            watched.tally.mended(offset);
        }
    }

    /**
     * A device did not give some blocks that lie together, of which another one has served: finds the first that it does
     * not give now, as a {@linkplain #damaged damaged} one, unless one of them is known. So who reads on over a bad place
     * asks for it once more and not time and again.
     *
     * @param counts whether it is put down to the device
     * @return where that one is; {@link Unread#NOWHERE} if it gives them all now
     */
    static long unreadable(BlockDevice device, long offset, int blocks, boolean counts) {
        if (!(read(device) instanceof WatchedDevice watched)) {
            return Unread.NOWHERE;
        }
        long known = counts ? watched.tally.meetKnown(offset, blocks, watched.ledger.nowMs()) : Unread.NOWHERE;
        if (known != Unread.NOWHERE) {
            return known;
        }
        ByteBuffer bytes = ByteBuffer.allocate(PoolLayout.BLOCK_BYTES);
        for (int i = 0; i < blocks; i++) {
            long at = offset + (long) i * PoolLayout.BLOCK_BYTES;
            try {
                watched.read(at, bytes.clear());
            } catch (IOException e) {
                if (counts) {
                    watched.tally.damaged(at, watched.ledger.nowMs());
                }
                return at;
            }
        }
        return Unread.NOWHERE;
    }

    /** Whom a pool reads when it reads one of its devices; not a watched one where a test made the pool's devices. */
    private static BlockDevice read(BlockDevice device) {
        return OverlayDevice.below(TwinDevice.serving(device));
    }

    DeviceTally tally() {
        return tally;
    }

    /** When the oldest read or write was begun that it has not answered, by the ledger's time; {@link PendingIo#NONE} of none. */
    long unansweredSince() {
        return pending.oldest();
    }

    /** The same of forces. */
    long forcingSince() {
        return forcing.oldest();
    }

    boolean waitsForAnswers() {
        return unansweredSince() != PendingIo.NONE || forcingSince() != PendingIo.NONE;
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
        int place = forcing.begin(ledger.nowMs());
        try {
            device.force();
        } catch (IOException e) {
            tally.forceFailed();
            throw e;
        } finally {
            forcing.end(place);
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
