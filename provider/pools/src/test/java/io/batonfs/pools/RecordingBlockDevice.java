package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A device in memory that records the writes since the last force. A power cut keeps, drops or tears (at 512-byte
 * sectors) each of them on its own. It can fail reads, writes and forces when told to, and be overwritten with noise.
 * Thread-safe.
 */
public final class RecordingBlockDevice implements BlockDevice {
    private static final int SECTOR_BYTES = 512;

    private record Write(int offset, byte[] bytes) {
    }

    private final String name;
    private final PowerSwitch power;
    private final byte[] present;
    private final byte[] durable;
    private final List<Write> unforced = new ArrayList<>();
    /** Sectors that can't be read until they are written again. */
    private final BitSet badSectors = new BitSet();
    private String readFailure;
    private String writeFailure;
    /** How many writes and forces pass before they fail, and how many fail then. */
    private long passing;
    private long failing;
    private long writes;
    private long readBytes;
    private long writtenBytes;

    /** A device full of zeros. */
    public RecordingBlockDevice(String name, int sizeBytes, PowerSwitch power) {
        this(name, new byte[sizeBytes], power);
    }

    private RecordingBlockDevice(String name, byte[] content, PowerSwitch power) {
        this(name, content, content.clone(), power);
    }

    private RecordingBlockDevice(String name, byte[] present, byte[] durable, PowerSwitch power) {
        this.name = name;
        this.present = present;
        this.durable = durable;
        this.power = power;
    }

    /**
     * What the operating system would still have after a kill of the process: every write. Those that were not forced are
     * so still: a power cut that follows may take them.
     */
    public synchronized RecordingBlockDevice afterKill(PowerSwitch newPower) {
        RecordingBlockDevice left = new RecordingBlockDevice(name, present.clone(), durable.clone(), newPower);
        left.unforced.addAll(unforced);
        return left;
    }

    /** What is there after a power cut: what was forced, and of each later write all, nothing or some sectors. */
    public synchronized RecordingBlockDevice afterPowerCut(RandomGenerator random, PowerSwitch newPower) {
        byte[] content = durable.clone();
        for (Write write : unforced) {
            int fate = random.nextInt(3);
            if (fate == 0) {
                System.arraycopy(write.bytes, 0, content, write.offset, write.bytes.length);
            } else if (fate == 1) {
                tear(write, content, random);
            }
        }
        return new RecordingBlockDevice(name, content, newPower);
    }

    /** Fails every read from now on with this message; null to stop. */
    public synchronized void failReads(String message) {
        readFailure = message;
    }

    /** Fails every write and force from now on with this message; null to stop. */
    public synchronized void failWrites(String message) {
        failWrites(0, Long.MAX_VALUE, message);
    }

    /**
     * Fails some writes and forces.
     *
     * @param mayPass how many pass before
     * @param mayFail how many fail then, before all is well again
     */
    public synchronized void failWrites(long mayPass, long mayFail, String message) {
        passing = mayPass;
        failing = mayFail;
        writeFailure = message;
    }

    /** Overwrites a range with noise, durably. */
    public synchronized void noise(RandomGenerator random, int offset, int lengthBytes) {
        byte[] noise = new byte[lengthBytes];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, present, offset, lengthBytes);
        System.arraycopy(noise, 0, durable, offset, lengthBytes);
    }

    /** Flips one bit, durably. */
    public synchronized void flip(long offset, int bit) {
        present[(int) offset] ^= (byte) (1 << bit);
        durable[(int) offset] ^= (byte) (1 << bit);
    }

    /** Fails reads of the sector that holds a byte until it is written, as a disk does that has found it bad. */
    public synchronized void spoilSector(long offset) {
        badSectors.set((int) (offset / SECTOR_BYTES));
    }

    /** Puts bytes there, durably, that nobody wrote there: as a misdirected write does, or one that was lost. */
    public synchronized void put(long offset, byte[] bytes) {
        System.arraycopy(bytes, 0, present, (int) offset, bytes.length);
        System.arraycopy(bytes, 0, durable, (int) offset, bytes.length);
    }

    /** A copy of what is there. */
    public synchronized byte[] content() {
        return present.clone();
    }

    /** Writes since it was made. */
    public synchronized long writes() {
        return writes;
    }

    /** Bytes read since it was made. */
    public synchronized long readBytes() {
        return readBytes;
    }

    /** Bytes written since it was made. */
    public synchronized long writtenBytes() {
        return writtenBytes;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long sizeBytes() {
        return present.length;
    }

    @Override
    public synchronized void read(long offset, ByteBuffer destination) throws IOException {
        if (readFailure != null) {
            throw new IOException("device " + name + ": " + readFailure);
        }
        checkRange(offset, destination.remaining());
        int bad = badSectors.nextSetBit((int) (offset / SECTOR_BYTES));
        if (bad >= 0 && (long) bad * SECTOR_BYTES < offset + destination.remaining()) {
            throw new IOException("device " + name + ": sector " + bad + " can't be read");
        }
        readBytes += destination.remaining();
        destination.put(present, (int) offset, destination.remaining());
    }

    @Override
    public synchronized void write(long offset, ByteBuffer source) throws IOException {
        operation();
        checkRange(offset, source.remaining());
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        System.arraycopy(bytes, 0, present, (int) offset, bytes.length);
        badSectors.clear((int) (offset / SECTOR_BYTES), (int) ((offset + bytes.length) / SECTOR_BYTES));
        unforced.add(new Write((int) offset, bytes));
        writes++;
        writtenBytes += bytes.length;
    }

    @Override
    public synchronized void force() throws IOException {
        operation();
        for (Write write : unforced) {
            System.arraycopy(write.bytes, 0, durable, write.offset, write.bytes.length);
        }
        unforced.clear();
    }

    @Override
    public void close() {
        // Its content outlives it, as a disk's does.
    }

    @Override
    public String toString() {
        return name;
    }

    private void operation() throws IOException {
        power.operation();
        if (writeFailure == null || passing-- > 0) {
            return;
        }
        if (failing-- > 0) {
            throw new IOException("device " + name + ": " + writeFailure);
        }
        writeFailure = null;
    }

    private static void tear(Write write, byte[] content, RandomGenerator random) {
        int at = write.offset;
        int end = write.offset + write.bytes.length;
        while (at < end) {
            int until = Math.min(end, at - at % SECTOR_BYTES + SECTOR_BYTES);
            if (random.nextBoolean()) {
                System.arraycopy(write.bytes, at - write.offset, content, at, until - at);
            }
            at = until;
        }
    }

    private void checkRange(long offset, int length) throws IOException {
        if (offset < 0 || offset + length > present.length) {
            throw new IOException("range " + offset + "+" + length + " is not within device " + name);
        }
    }
}
