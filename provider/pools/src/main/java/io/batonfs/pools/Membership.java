package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which device has which place of an open set, which pools it is out of, and how far it is rebuilt there: what the
 * superblocks say, which are written here and nowhere else once the set is formatted. Whatever changes is on the
 * devices before a method returns.
 *
 * <p>Thread-safe; every method takes this object's lock, after those of {@link PoolMembers} if any is held.
 */
final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    /** By their places; null where one is missing. */
    private final BlockDevice[] devices;
    /** By places and pools, see {@link RebuildMark}. */
    private final long[][] marks;
    /** The newest one. */
    private Superblock superblock;

    /** What a roll that was called has found. */
    Membership(DeviceRoll roll) throws IOException {
        this.devices = roll.byIndex();
        this.superblock = roll.newest();
        int pools = superblock.pools().size();
        this.marks = new long[devices.length][pools];
        Superblock[] own = roll.own();
        for (int i = 0; i < devices.length; i++) {
            for (int pool = 0; pool < pools && own[i] != null; pool++) {
                // A device takes down that it is to be rebuilt, and from where, before any other does.
                long both = superblock.rebuildMasks().get(pool) & own[i].rebuildMasks().get(pool);
                marks[i][pool] = (both & 1L << i) == 0 ? RebuildMark.NOTHING : own[i].marks().get(pool);
            }
        }
    }

    synchronized Superblock superblock() {
        return superblock;
    }

    synchronized BlockDevice[] devices() {
        return devices.clone();
    }

    /** How a pool is laid out. */
    synchronized PoolLayout layout(int pool) {
        return superblock.pools().get(pool);
    }

    /** The pools and how the devices take part in each. */
    synchronized List<PoolDevices> report() {
        List<PoolDevices> all = new ArrayList<>();
        for (int pool = 0; pool < superblock.pools().size(); pool++) {
            all.add(PoolDevices.of(superblock.pools().get(pool), devices, superblock.outMasks().get(pool),
                    superblock.rebuildMasks().get(pool)));
        }
        return all;
    }

    /** The devices that are being rebuilt in a pool and have missed nothing since that began. */
    synchronized long receiving(int pool) {
        long receiving = 0;
        for (int i = 0; i < devices.length; i++) {
            receiving |= devices[i] == null || marks[i][pool] == RebuildMark.NOTHING ? 0 : 1L << i;
        }
        return receiving & superblock.rebuildMasks().get(pool);
    }

    synchronized long mark(int pool, int device) {
        return marks[device][pool];
    }

    /**
     * Makes durable how far a device is rebuilt in a pool; within {@link PoolMembers#whileRebuilding}.
     *
     * @throws IOException if the device does not take it; it may have
     */
    synchronized void saveMark(int pool, int device, long mark) throws IOException {
        marks[device][pool] = mark;
        write(device);
    }

    /**
     * What one device alone may say, because a crash kept it from the others, is on all of them before anything is
     * written in that belief: else, once that one is missing, a device that is out would be believed, or one that is
     * rebuilt would not be. A set of which no pool may be changed stays as it is.
     */
    synchronized void tellAll() {
        long missing = missing();
        for (int pool = 0; pool < superblock.pools().size(); pool++) {
            long unusable = superblock.outMasks().get(pool) | missing;
            if (superblock.pools().get(pool).geometry().survives(unusable)) {
                writeAllBut(0);
                return;
            }
        }
    }

    /** Before anything is written without a device, the others say so; one that was being rebuilt is not any more. */
    synchronized void recordMissing() throws IOException {
        long missing = missing();
        for (int pool = 0; pool < superblock.pools().size(); pool++) {
            long out = superblock.outMasks().get(pool) | missing;
            long rebuilt = superblock.rebuildMasks().get(pool) & missing;
            if (out != superblock.outMasks().get(pool) && superblock.pools().get(pool).spares(out)) {
                recordOut(pool, missing);
            } else if (rebuilt != 0) {
                recordOut(pool, rebuilt);
            }
        }
    }

    /** Devices are out of a pool, and are not being rebuilt there. */
    synchronized void recordOut(int pool, long out) throws IOException {
        superblock = superblock.withOut(pool, out);
        if (writeAllBut(out) == 0) {
            throw new IOException("no device took the superblock in which a device is out");
        }
    }

    /** A device that was being rebuilt is a full member of a pool. */
    synchronized void recordIn(int pool, int device) throws IOException {
        superblock = superblock.withIn(pool, 1L << device);
        if (writeAllBut(0) == 0) {
            throw new IOException("no device took the superblock in which " + devices[device].name() + " is rebuilt");
        }
    }

    /**
     * Checks a device that is to have a place.
     *
     * @return whether it is the one that belongs there and was missing; otherwise it is blank
     * @throws BatonException NO_SPACE if it is too small, INVALID_ARGUMENT if something is on it
     */
    synchronized boolean checkTakeable(int index, BlockDevice device) throws IOException {
        long needed = superblock.pools().stream().mapToLong(PoolLayout::regionEnd).max().orElse(0)
                + StorageSet.MARGIN_BYTES;
        if (device.sizeBytes() < needed) {
            throw new BatonException(ErrorCode.NO_SPACE, "device " + device.name() + " has " + device.sizeBytes()
                    + " bytes, and the pools of the set need " + needed + "; take a larger one");
        }
        Superblock own;
        try {
            own = DeviceRoll.readBlank(device);
        } catch (IOException e) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, e.getMessage(), e);
        }
        if (own == null) {
            return false;
        }
        boolean same = own.setId().equals(superblock.setId()) && own.group().equals(superblock.group())
                && own.server().equals(superblock.server()) && own.deviceIndex() == index && devices[index] == null
                && own.tenant() == tenant(index) && own.generation() <= superblock.generation()
                && own.deviceSizeBytes() == device.sizeBytes();
        if (!same) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "device " + device.name() + " belongs to place "
                    + (own.deviceIndex() + 1) + " of set " + own.setId() + " of " + own.server() + " of " + own.group()
                    + ", and not to place " + (index + 1) + " of this one as the device that is missing there; write"
                    + " zeros to its beginning and end if nobody needs what is on it");
        }
        return true;
    }

    /** Pools that a device is not out of and that can't do without it. */
    synchronized List<String> poolsThatLose(int index) {
        long device = 1L << index;
        List<String> losing = new ArrayList<>();
        for (int pool = 0; pool < superblock.pools().size(); pool++) {
            long out = superblock.outMasks().get(pool);
            if ((out & device) == 0 && !superblock.pools().get(pool).spares(out | missing() | device)) {
                losing.add(superblock.pools().get(pool).name());
            }
        }
        return losing;
    }

    /** Whether a device is out of a pool and not being rebuilt there. */
    synchronized boolean idle(int pool, int index) {
        return (superblock.outMasks().get(pool) & ~superblock.rebuildMasks().get(pool) & 1L << index) != 0;
    }

    /** The number of the device that has a place. */
    synchronized long tenant(int index) {
        return superblock.tenants().get(index);
    }

    /**
     * Puts a device into its place. It says so itself before the others do: then whoever finds it to have the place
     * also finds that it holds nothing.
     *
     * @param rebuild pools in which its rebuilding begins; bit i is pool i. Of the others it is out if its number is
     *                new. Where the place is being rebuilt that goes on, for a new device from nothing
     * @throws IOException if it can't be written; then the others say nothing of it
     */
    synchronized void take(int index, BlockDevice device, long tenant, long rebuild) throws IOException {
        long out = 0;
        long rebuilding = rebuild;
        long[] its = marks[index].clone();
        boolean another = tenant != tenant(index);
        for (int pool = 0; pool < its.length; pool++) {
            out |= another ? 1L << pool : 0;
            rebuilding |= (superblock.rebuildMasks().get(pool) >>> index & 1) << pool;
            // How far the one before it was is not how far it is.
            its[pool] = another || (rebuild & 1L << pool) != 0 ? RebuildMark.NOTHING : its[pool];
        }
        Superblock next = superblock.withTenant(index, tenant, out, rebuilding);
        DeviceRoll.write(device, next.forDevice(index, device.sizeBytes(), boxed(its)));
        superblock = next;
        devices[index] = device;
        marks[index] = its;
        writeAllBut(1L << index);
    }

    private long missing() {
        long missing = 0;
        for (int i = 0; i < devices.length; i++) {
            missing |= devices[i] == null ? 1L << i : 0;
        }
        return missing;
    }

    /** Writes the superblock to all devices but some; returns how many took it. */
    private int writeAllBut(long without) {
        int written = 0;
        for (int i = 0; i < devices.length; i++) {
            if (devices[i] != null && (without & 1L << i) == 0) {
                try {
                    write(i);
                    written++;
                } catch (IOException e) {
                    LOG.error("device {} did not take the new superblock; its pools will find out",
                            devices[i].name(), e);
                }
            }
        }
        return written;
    }

    private void write(int index) throws IOException {
        DeviceRoll.write(devices[index],
                superblock.forDevice(index, devices[index].sizeBytes(), boxed(marks[index])));
    }

    private static List<Long> boxed(long[] numbers) {
        return LongStream.of(numbers).boxed().toList();
    }
}
