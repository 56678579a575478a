package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A set of devices that were formatted together, and the pools on it (POOL-2). Opening accepts the devices that belong
 * to the set, in any order, and goes on without the others as far as each pool's level allows; a pool that misses more
 * is opened for reading what is left of it, and changes nothing on its devices.
 *
 * <p>Thread-safe. The set owns its devices once opened: {@link #close} closes them.
 */
public final class StorageSet implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(StorageSet.class);
    /** Kept free at both ends of each device, for superblocks. */
    private static final long MARGIN_BYTES = 64 * 1024;

    private final BlockDevice[] devices;
    private final List<String> refused;
    private final ForcePolicy forces;
    private final List<SegmentPool> pools = new ArrayList<>();
    /** By name, with the reason; filled while the set is opened. */
    private final Map<String, String> unopened = new TreeMap<>();
    /** The newest superblock; guarded by this object's lock. */
    private Superblock superblock;

    private StorageSet(
            BlockDevice[] devices, List<String> refused, Superblock superblock, ForcePolicy forces) {
        this.devices = devices;
        this.refused = List.copyOf(refused);
        this.forces = forces;
        this.superblock = superblock;
    }

    /**
     * Writes superblocks and empty pools. Whatever was on the devices is lost.
     *
     * @param config  the pools
     * @param devices at least as many as the levels need; the smallest one limits the others
     * @param group   the group that the devices will belong to
     * @param server  the server that they will belong to
     * @param random  gives the set its id
     */
    public static void format(StorageSetConfig config, List<? extends BlockDevice> devices, GroupId group,
            ServerId server, RandomGenerator random) throws IOException {
        List<PoolLayout> layouts = plan(config, devices.stream().map(BlockDevice::sizeBytes).toList());
        UUID setId = new UUID(random.nextLong(), random.nextLong());
        Superblock block = new Superblock(group, setId, server, 0, 1, 0, layouts,
                Collections.nCopies(layouts.size(), 0L));
        BlockDevice[] array = devices.toArray(new BlockDevice[0]);
        for (PoolLayout layout : layouts) {
            if (layout.rowsThatFit() > layout.rows()) {
                LOG.warn("pool {} can use {} of the {} bytes of user data that its share of the devices would hold; "
                        + "give it a smaller share and the rest to another pool", layout.name(),
                        layout.rows() * layout.rowBytes(), layout.rowsThatFit() * layout.rowBytes());
            }
            PoolMembers members = new PoolMembers(layout, array, new String[array.length], (device, reason) -> {
                throw new IOException("device " + array[device].name() + " failed while it was formatted: " + reason);
            }, Runnable::run);
            new PoolRecovery(layout, members, ForcePolicy.BY_CALLER).format();
        }
        for (int i = 0; i < array.length; i++) {
            DeviceRoll.write(array[i], block.forDevice(i, array[i].sizeBytes()));
        }
    }

    /**
     * Checks that pools can be laid out on devices, before anything on those is given up.
     *
     * @param sizesBytes the sizes of the devices
     * @throws IllegalArgumentException with the reason, if {@link #format} would refuse them
     */
    public static void checkPlan(StorageSetConfig config, List<Long> sizesBytes) {
        plan(config, sizesBytes);
    }

    private static List<PoolLayout> plan(StorageSetConfig config, List<Long> sizesBytes) {
        long smallest = Collections.min(sizesBytes);
        long usable = (smallest - 2 * MARGIN_BYTES) / PoolLayout.BLOCK_BYTES;
        int shares = config.pools().stream().mapToInt(PoolConfig::share).sum();
        List<PoolLayout> layouts = new ArrayList<>();
        long start = MARGIN_BYTES;
        for (PoolConfig pool : config.pools()) {
            long end = start + usable * pool.share() / shares * PoolLayout.BLOCK_BYTES;
            layouts.add(PoolLayout.plan(pool, sizesBytes.size(), start, end));
            start = end;
        }
        return layouts;
    }

    /** Opens a set whose devices are forced by whoever asks for it, one after the other. */
    public static StorageSet open(List<? extends BlockDevice> devices, GroupId group, ServerId server)
            throws IOException {
        return open(devices, group, server, ForcePolicy.BY_CALLER);
    }

    /**
     * Opens a set.
     *
     * @param devices those of its devices that there are, in any order
     * @param group   the group that they must belong to
     * @param server  the server that they must belong to
     * @param forces  how and when the devices are forced
     * @throws BatonException NOT_FOUND if no device belongs to the set, DATA_LOST if no pool can be opened
     */
    public static StorageSet open(
            List<? extends BlockDevice> devices, GroupId group, ServerId server, ForcePolicy forces)
            throws IOException {
        DeviceRoll roll = new DeviceRoll(group, server);
        roll.call(List.copyOf(devices));
        StorageSet set = new StorageSet(roll.byIndex(), roll.refused(), roll.newest(), forces);
        set.refused.forEach(reason -> LOG.error("device refused: {}", reason));
        if (!roll.agree()) {
            set.tellAll();
        }
        set.openPools();
        return set;
    }

    /**
     * What the superblocks say of the pools of a set and how its devices take part. The pools are not opened and
     * nothing is written; the devices stay the caller's.
     *
     * @throws BatonException NOT_FOUND if no device belongs to the set
     */
    public static Examined examine(List<? extends BlockDevice> devices, GroupId group, ServerId server)
            throws IOException {
        DeviceRoll roll = new DeviceRoll(group, server);
        roll.call(List.copyOf(devices));
        StorageSet set = new StorageSet(roll.byIndex(), roll.refused(), roll.newest(), ForcePolicy.BY_CALLER);
        return new Examined(set.devices(), set.refusedDevices());
    }

    /**
     * What devices say of their set.
     *
     * @param pools   its pools, and how the devices take part in each
     * @param refused devices that don't belong to it, with the reason after a colon
     */
    public record Examined(List<PoolDevices> pools, List<String> refused) {

        /** Copies the lists. */
        public Examined {
            pools = List.copyOf(pools);
            refused = List.copyOf(refused);
        }
    }

    /**
     * The pools and how the devices take part in each at this moment; those that could not be opened are among them.
     */
    public synchronized List<PoolDevices> devices() {
        List<PoolDevices> all = new ArrayList<>();
        for (int i = 0; i < superblock.pools().size(); i++) {
            all.add(PoolDevices.of(superblock.pools().get(i), devices, superblock.outMasks().get(i)));
        }
        return all;
    }

    /**
     * The pools as the set was formatted with them, those included that could not be opened. Shares are in percent of
     * what the pools have together; sizes that follow from others are left to the usual, which is 0.
     */
    public synchronized StorageSetConfig config() {
        long together = superblock.pools().stream()
                .mapToLong(layout -> layout.regionEnd() - layout.regionStart()).sum();
        return new StorageSetConfig(superblock.pools().stream().map(layout -> layout.config(together)).toList());
    }

    /** The pools that could be opened. */
    public List<Pool> pools() {
        return List.copyOf(pools);
    }

    /** The names of the pools that could not be opened, with the reasons. */
    public Map<String, String> unopenedPools() {
        return Collections.unmodifiableMap(unopened);
    }

    /** A pool by name, or null. */
    public Pool pool(String name) {
        return pools.stream().filter(pool -> pool.name().equals(name)).findFirst().orElse(null);
    }

    /** Devices that were refused when the set was opened, with the reason after a colon. */
    public List<String> refusedDevices() {
        return refused;
    }

    /** Closes the pools (with a checkpoint) and the devices. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        List<Closeable> all = new ArrayList<>(pools);
        for (BlockDevice device : devices) {
            if (device != null) {
                all.add(device);
            }
        }
        for (Closeable each : all) {
            try {
                each.close();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void openPools() throws IOException {
        List<IOException> failures = new ArrayList<>();
        recordMissing();
        for (int i = 0; i < superblock.pools().size(); i++) {
            try {
                pools.add(openPool(i));
            } catch (BatonException e) {
                LOG.error("a pool cannot be opened", e);
                unopened.put(superblock.pools().get(i).name(), e.getMessage());
                failures.add(e);
            }
        }
        if (pools.isEmpty()) {
            BatonException none = new BatonException(ErrorCode.DATA_LOST, "no pool of the set can be opened: "
                    + failures.get(0).getMessage(), failures.get(0));
            failures.stream().skip(1).forEach(none::addSuppressed);
            throw none;
        }
    }

    private SegmentPool openPool(int pool) throws IOException {
        PoolLayout layout = superblock.pools().get(pool);
        long outMask = superblock.outMasks().get(pool);
        BlockDevice[] usable = devices.clone();
        String[] reasons = new String[devices.length];
        long unusable = 0;
        for (int i = 0; i < devices.length; i++) {
            if (devices[i] == null) {
                reasons[i] = "it was missing or refused when the set was opened";
            } else if ((outMask & 1L << i) != 0) {
                reasons[i] = "it was taken out of the pool earlier and misses writes";
            }
            unusable |= reasons[i] == null ? 0 : 1L << i;
        }
        boolean readOnly = !layout.geometry().survives(unusable);
        for (int i = 0; readOnly && i < devices.length; i++) {
            usable[i] = devices[i] == null ? null : new OverlayDevice(devices[i]);
        }
        PoolMembers members = new PoolMembers(layout, usable, reasons,
                (device, reason) -> recordOut(pool, 1L << device), forces.executor());
        String readOnlyBecause = readOnly
                ? "more devices are out of use than " + layout.level() + " can spare: " + members.failed()
                : null;
        return new PoolRecovery(layout, members, forces).open(readOnlyBecause);
    }

    /**
     * What one device alone may say, because a crash kept it from the others, is on all of them before anything is
     * written in that belief: else a device that is out would be believed once that one is lost too. A set of which no
     * pool may be changed stays as it is.
     */
    private synchronized void tellAll() throws IOException {
        long missing = missing();
        for (int pool = 0; pool < superblock.pools().size(); pool++) {
            long unusable = superblock.outMasks().get(pool) | missing;
            if (superblock.pools().get(pool).geometry().survives(unusable)) {
                writeSuperblock(0);
                return;
            }
        }
    }

    private long missing() {
        long missing = 0;
        for (int i = 0; i < devices.length; i++) {
            missing |= devices[i] == null ? 1L << i : 0;
        }
        return missing;
    }

    /** Before anything is written without a device, the others say so. */
    private void recordMissing() throws IOException {
        long missing = missing();
        for (int pool = 0; pool < superblock.pools().size(); pool++) {
            long out = superblock.outMasks().get(pool) | missing;
            if (out != superblock.outMasks().get(pool) && superblock.pools().get(pool).spares(out)) {
                recordOut(pool, missing);
            }
        }
    }

    private synchronized void recordOut(int pool, long outMask) throws IOException {
        superblock = superblock.withOut(pool, outMask);
        writeSuperblock(outMask);
    }

    /** Writes the newest superblock to all devices that are there but some. */
    private void writeSuperblock(long exceptMask) throws IOException {
        int written = 0;
        IOException last = null;
        for (int i = 0; i < devices.length; i++) {
            boolean leaving = (exceptMask & 1L << i) != 0;
            if (devices[i] != null && !leaving) {
                try {
                    DeviceRoll.write(devices[i], superblock.forDevice(i, devices[i].sizeBytes()));
                    written++;
                } catch (IOException e) {
                    LOG.error("device {} did not take the new superblock; its pools will find out",
                            devices[i].name(), e);
                    last = e;
                }
            }
        }
        if (written == 0) {
            throw new IOException("no device took the new superblock", last);
        }
    }
}
