package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntUnaryOperator;
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
    static final long MARGIN_BYTES = 64 * 1024;

    private final Membership membership;
    private final DeviceLedger ledger;
    private final List<String> refused;
    private final List<String> apart;
    private final OldCopies old;
    private final Spares spares;
    private final ForcePolicy forces;
    private final IntUnaryOperator shown;
    private final OpenPools pools;
    /** Devices that are retired. */
    private final Successions successions;
    /** Devices whose places others took, which may still be in somebody's hands; guarded by {@link #admission}. */
    private final List<BlockDevice> replaced = new ArrayList<>();
    /**
     * Held while a device is taken in or has a place handed over; taken before the locks of {@link PoolMembers} and
     * {@link #membership}. Who holds it waits for no change of a pool.
     */
    private final Object admission = new Object();
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();
    /** By name, with the reason; filled while the set is opened. */
    private final Map<String, String> unopened = new TreeMap<>();

    private StorageSet(DeviceRoll roll, DeviceLedger ledger, ForcePolicy forces, IntUnaryOperator shown,
            boolean acceptOld) throws IOException {
        this.membership = new Membership(roll, shown);
        this.ledger = ledger;
        this.old = new OldCopies(membership, acceptOld, roll.own(), shown);
        this.refused = List.copyOf(roll.refused());
        this.apart = List.copyOf(roll.apart());
        this.spares = new Spares(roll.spares());
        for (BlockDevice spare : roll.spares()) {
            try {
                SpareLabel.checkNothingElse(spare);
            } catch (IOException e) {
                LOG.error("spare {} can't be used: {}", spare.name(), e.getMessage());
                spares.failed(spare, e.getMessage());
            }
        }
        this.forces = forces;
        this.shown = shown;
        this.pools = new OpenPools(membership, shown);
        this.successions = new Successions(pools, membership, old, shown);
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
        SetFormatting.format(config, devices, group, server, random);
    }

    /**
     * Checks that pools can be laid out on devices, before anything on those is given up.
     *
     * @param sizesBytes the sizes of the devices
     * @throws IllegalArgumentException with the reason, if {@link #format} would refuse them
     */
    public static void checkPlan(StorageSetConfig config, List<Long> sizesBytes) {
        SetFormatting.plan(config, sizesBytes);
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
        return open(devices, group, server, forces, IntUnaryOperator.identity());
    }

    /**
     * The same.
     *
     * @param shown what places of the set, from 1, are called where people read of them
     */
    public static StorageSet open(List<? extends BlockDevice> devices, GroupId group, ServerId server, ForcePolicy forces,
            IntUnaryOperator shown) throws IOException {
        return open(devices, group, server, forces, shown, false);
    }

    /**
     * The same, for who reads everything then.
     *
     * @param acceptOld whether a pool takes changes that can't spare an older copy of a device; each opening finds that
     *                  again until {@link Mutations#believeAll}
     */
    static StorageSet open(List<? extends BlockDevice> devices, GroupId group, ServerId server, ForcePolicy forces,
            IntUnaryOperator shown, boolean acceptOld) throws IOException {
        DeviceRoll roll = new DeviceRoll(group, server);
        DeviceLedger ledger = new DeviceLedger();
        roll.call(ledger.watch(devices));
        StorageSet set = new StorageSet(roll, ledger, forces, shown, acceptOld);
        set.refused.forEach(reason -> LOG.error("device refused: {}", reason));
        set.apart.forEach(reason -> LOG.error("device used without others: {}", reason));
        set.olderCopies().forEach(reason -> LOG.error("device put back: {}", reason));
        // First: what is said to all would be on the right device too, and it would look like the copy after a crash.
        set.membership.noteDoubts(set.old.noted(), set.old.unsure());
        if (!roll.agree()) {
            set.membership.tellAll();
        }
        set.openPools();
        ledger.seat(set.membership, set.spares);
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
        StorageSet set = new StorageSet(roll, new DeviceLedger(), ForcePolicy.BY_CALLER, IntUnaryOperator.identity(), false);
        return new Examined(set.devices(), set.refusedDevices(), set.spares(), set.devicesUsedApart(), set.retirements(),
                set.olderCopies());
    }

    /**
     * What devices say of their set.
     *
     * @param pools       its pools, and how the devices take part in each
     * @param refused     devices that don't belong to it, with the reason after a colon
     * @param spares      its spares
     * @param apart       see {@link StorageSet#devicesUsedApart}
     * @param retirements devices of which others are to have the places
     * @param older       see {@link StorageSet#olderCopies}
     */
    public record Examined(List<PoolDevices> pools, List<String> refused, List<SpareDevice> spares, List<String> apart,
            List<Retirement> retirements, List<String> older) {

        /** Copies the lists. */
        public Examined {
            pools = List.copyOf(pools);
            refused = List.copyOf(refused);
            spares = List.copyOf(spares);
            apart = List.copyOf(apart);
            retirements = List.copyOf(retirements);
            older = List.copyOf(older);
        }
    }

    /**
     * The pools and how the devices take part in each at this moment; those that could not be opened are among them.
     */
    public List<PoolDevices> devices() {
        return membership.report();
    }

    /**
     * How each device is at this moment, members and successors by their places, then spares, then former ones that have not
     * answered everything. Takes no lock, and so waits for no device.
     */
    public List<DeviceHealth> deviceHealth() {
        return ledger.report();
    }

    /**
     * Says that time has passed, for {@link #deviceHealth}: by one who looks, time and again. What devices are asked for from
     * now on is of this moment, until the next. Takes no lock.
     */
    public void timePasses(Duration elapsed) {
        ledger.pass(elapsed.toMillis());
    }

    /**
     * The pools as the set was formatted with them, those included that could not be opened. Shares are in percent of
     * what the pools have together; sizes that follow from others are left to the usual, which is 0.
     */
    public StorageSetConfig config() {
        return StorageSetConfig.of(membership.superblock().pools());
    }

    /** Where the pools lie on each device, those included that could not be opened. */
    public List<PoolRegion> regions() {
        return membership.superblock().pools().stream()
                .map(layout -> new PoolRegion(layout.name(), layout.regionStart(), layout.regionEnd())).toList();
    }

    /** The pools that could be opened. */
    public List<Pool> pools() {
        return List.copyOf(pools.all());
    }

    /** The names of the pools that could not be opened, with the reasons. */
    public Map<String, String> unopenedPools() {
        return Collections.unmodifiableMap(unopened);
    }

    /** A pool by name, or null. */
    public Pool pool(String name) {
        return pools.all().stream().filter(pool -> pool.name().equals(name)).findFirst().orElse(null);
    }

    /** Devices that were refused when the set was opened, with the reason after a colon. */
    public List<String> refusedDevices() {
        return refused;
    }

    /**
     * Devices with which the set was used when it was opened, and that were used before without others that are believed, so
     * that what was written then is on them alone; with the pools after a colon.
     */
    public List<String> devicesUsedApart() {
        return apart;
    }

    /**
     * Devices that were older copies of themselves when the set was opened and are not whole again, with what is known of each
     * and what to do after a colon ({@link OldCopies}).
     */
    public List<String> olderCopies() {
        return old.told();
    }

    /**
     * Takes a device into a place that is empty, or whose device has failed or is to go: from then on it is a device of
     * the set, is owned by it, and is being rebuilt ({@link Rebuilder}) in every pool that can do without it. The
     * device that had the place is refused from now on if it turns up again, also where it was well and another one
     * fails before the rebuild is done. A crash leaves the set as it was before or as it is afterwards; as it was if it
     * is opened without the new device and no other has heard of that.
     *
     * <p>Taken are blank devices, whose first and last 64 KiB are zero, and the very device that was missing from the
     * place since the set was opened; that one is rebuilt from nothing in the pools that went on without it, so it is
     * refused if the set may have been used with it and without those that are here. A failure leaves the device the
     * caller's.
     *
     * @param place      the place in the set, from 1, as {@link PoolDevices} counts
     * @param device     as large as the pools need
     * @param acceptLoss whether what only the former device holds is given up. Such pools stay open for reading what is
     *                   left of them, and take no more changes. Of one that is taken back: what was written to it alone
     * @param random     gives the place's new device a number
     * @throws BatonException INVALID_ARGUMENT if there is no such place or the device can't be taken; NO_SPACE if it is
     *                        too small; DATA_LOST if something would be given up that is not to be; nothing was changed
     *                        then
     * @throws IOException    if the device can't be written; then the former one keeps its place, and the new one is to
     *                        be wiped, because it may say that the place is its own
     */
    public void replace(int place, BlockDevice device, boolean acceptLoss, RandomGenerator random) throws IOException {
        int index = index(place);
        synchronized (admission) {
            successions.letGo(index);
            boolean returning = membership.checks().checkTakeable(index, device, acceptLoss);
            List<String> losing = poolsThatLose(index, !returning && acceptLoss);
            if (!returning) {
                DeviceRoll.probe(device);
            }
            pools.giveUp(losing, place);
            admit(index, ledger.watch(device), returning ? membership.tenant(index) : Superblock.newTenant(random), returning);
        }
        devicesChanged();
    }

    /**
     * Puts a spare into a place, as {@link #replace} does with a blank device. One that can't be written stays a spare,
     * of which that is said; it is not used again before it is added anew.
     *
     * @param place  the place in the set, from 1
     * @param name   one of {@link #spares}
     * @param random gives the place's new device a number
     * @throws BatonException as of {@link #replace}, NOT_FOUND if there is no such spare; nothing was changed then
     * @throws IOException    if the spare can't be written, or has something else than its label on it; then the former
     *                        device keeps its place
     */
    public void useSpare(int place, String name, RandomGenerator random) throws IOException {
        int index = index(place);
        synchronized (admission) {
            BlockDevice spare = spares.get(name);
            successions.letGo(index);
            poolsThatLose(index, false);
            takeSpare(spare, () -> admit(index, spare, Superblock.newTenant(random), false));
        }
        devicesChanged();
    }

    /** Does what makes a spare something else; it is left as what it is if that fails. */
    private void takeSpare(BlockDevice spare, PoolMembers.RebuildWork taking) throws IOException {
        try {
            SpareLabel.checkNothingElse(spare);
        } catch (IOException e) {
            spares.failed(spare, e.getMessage());
            throw e;
        }
        try {
            membership.checks().spareLabel(spare).write(spare); // as a probe: a crash leaves it what it is
            taking.run();
        } catch (BatonException e) {
            throw e;
        } catch (IOException e) {
            spares.failed(spare, "it can't be written: " + e.getMessage());
            throw e;
        }
        spares.remove(spare);
    }

    /**
     * Retires the device of a place that is well: another one is to have the place. The {@link Rebuilder} brings it what the
     * pools hold, while the former one serves as ever, so that redundancy is at all times what it was. Once the new one has
     * all of every pool it has the place, and the former one is made blank and refused. What is written meanwhile goes to
     * both. If the new one fails, or is missing when the set is opened, all is as before; if the former one fails, or is
     * missing, its place is out of the pools that spare it, and the new one goes on being rebuilt there.
     *
     * @param place  the place in the set, from 1
     * @param device as large as the pools need, and blank. From now on it is the set's; a failure leaves it the caller's
     * @param random gives the place's new device a number
     * @throws BatonException INVALID_ARGUMENT if there is no such place or device in it, it is being rebuilt or followed
     *                        already, or the new one is not blank; NO_SPACE if that is too small; READ_ONLY if a pool takes
     *                        no changes, or no device in use in it a superblock; nothing was changed then
     * @throws IOException    if the device can't be written, or no other of a pool then takes the superblock that names it;
     *                        it is to be wiped, because it may say that it is to have the place
     */
    public void retire(int place, BlockDevice device, RandomGenerator random) throws IOException {
        int index = index(place);
        synchronized (admission) {
            successions.checkRetirable(index);
            membership.checks().checkBlank(device);
            DeviceRoll.probe(device);
            successions.begin(index, ledger.watch(device), Superblock.newTenant(random));
        }
        devicesChanged();
    }

    /**
     * The same with a spare.
     *
     * @param name one of {@link #spares}
     * @throws BatonException as of {@link #retire}, NOT_FOUND if there is no such spare; nothing was changed then
     * @throws IOException    if the spare can't be written, or has something else than its label on it
     */
    public void retireToSpare(int place, String name, RandomGenerator random) throws IOException {
        int index = index(place);
        synchronized (admission) {
            successions.checkRetirable(index);
            BlockDevice spare = spares.get(name);
            takeSpare(spare, () -> successions.begin(index, spare, Superblock.newTenant(random)));
        }
        devicesChanged();
    }

    /**
     * Ends a retirement that is under way: the former device keeps the place, as far as it has not failed meanwhile.
     *
     * @param place the place in the set, from 1
     * @return why the device that was to have the place could not be made blank; empty if it was
     * @throws BatonException NOT_FOUND if the place's device is not being retired; DATA_LOST if the other one may be all that
     *                        has what the place had; READ_ONLY if no pool takes changes. Nothing was changed then
     */
    public Optional<String> keep(int place) throws IOException {
        int index = index(place);
        Optional<String> notBlank;
        synchronized (admission) {
            notBlank = successions.keep(index);
        }
        devicesChanged();
        return notBlank;
    }

    /** The places whose devices are being retired. */
    public List<Retirement> retirements() {
        return membership.retirements();
    }

    /**
     * Retirements that came to nothing since the set was opened, and those that can't be finished because not all could be
     * read, a sentence each.
     */
    public List<String> retirementFailures() {
        List<String> all = new ArrayList<>(membership.successionFailures());
        all.addAll(membership.heldBack());
        return all;
    }

    /**
     * Gives places to successors that have all of every pool, and lets those go that failed: for who rebuilds, between
     * steps. Costs next to nothing where no place has a successor.
     */
    void tendSuccessions() {
        if (!successions.any()) {
            return;
        }
        boolean changed;
        synchronized (admission) {
            changed = successions.tend();
        }
        if (changed) {
            devicesChanged();
        } else {
            // One may have been let go that no pool has any more.
            ledger.seat(membership, spares);
        }
    }

    /** Spares, also those that can't be used, in the order in which they were added or found. */
    public List<SpareDevice> spares() {
        return spares.report();
    }

    /**
     * Keeps a device as a spare: it is labelled as such, so that it is known again when the set is opened with it, and is
     * owned by the set. It is used by nobody but {@link #useSpare}. A failure leaves the device the caller's.
     *
     * @param device as large as the pools need, and blank or a spare of this set already
     * @throws BatonException NO_SPACE if it is too small, INVALID_ARGUMENT if something is on it; nothing was changed then
     * @throws IOException    if it can't be written
     */
    public void addSpare(BlockDevice device) throws IOException {
        synchronized (admission) {
            membership.checks().checkSpare(device);
            try {
                membership.checks().spareLabel(device).write(device);
            } catch (IOException e) {
                SpareLabel.tryToWipe(device).ifPresent(left -> LOG.warn("device {} may have a spare's label in one of its two places: {}",
                        device.name(), left));
                throw e;
            }
            spares.add(ledger.watch(device));
            LOG.info("device {} of {} bytes is a spare now", device.name(), device.sizeBytes());
        }
        devicesChanged();
    }

    /**
     * Keeps a spare no longer: it is made blank, and closed.
     *
     * @return why it could not be made blank; empty if it was
     * @throws BatonException NOT_FOUND if there is no such spare
     */
    public Optional<String> removeSpare(String name) throws IOException {
        synchronized (admission) {
            BlockDevice spare = spares.get(name);
            Optional<String> failure = SpareLabel.tryToWipe(spare);
            spares.remove(spare);
            ledger.seat(membership, spares);
            spare.close();
            LOG.info("device {} is no spare any more", name);
            return failure;
        }
    }

    /**
     * Places that a spare would be of use in, the most urgent one first. Does not wait for a device that is being taken in;
     * whoever acts on it looks once more when nobody else can.
     */
    public List<VacantPlace> vacantPlaces() {
        return VacantPlace.among(devices(), pools::takesChanges,
                (pool, index) -> pools.members(pool).failedSinceOpened(index));
    }

    /**
     * Whether a device is the very one that is missing from a place, counted from 1. Nothing is written; whether it can be
     * taken back, {@link #replace} says.
     */
    public boolean isMissingFrom(int place, BlockDevice device) {
        try {
            return membership.checks().checkTakeable(index(place), device, true);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Whether a device is blank, as one must be that is to be taken in: neither a member of a set nor a spare, and with
     * nothing where others have what they are known by. Nothing is written.
     */
    public static boolean isBlank(BlockDevice device) {
        try {
            return DeviceRoll.readBlank(device) == null;
        } catch (IOException e) {
            // There is something, or it can't be found out.
            return false;
        }
    }

    /**
     * Looks whether a place may be given a spare without asking anybody.
     *
     * @param place the place in the set, from 1
     * @throws BatonException DATA_LOST if what its device has may be needed, as far as can be known: by a pool that is not
     *                        open or takes no changes, or because that device is missing and could be used without those
     *                        that are here, of which nobody would know later
     */
    public void checkUnasked(int place) throws BatonException {
        int index = index(place);
        synchronized (admission) {
            pools.checkUnasked(index);
        }
    }

    private List<String> poolsThatLose(int index, boolean acceptLoss) throws BatonException {
        List<String> losing = old.losing(index, membership.poolsThatLose(index));
        if (!losing.isEmpty() && !acceptLoss) {
            throw new BatonException(ErrorCode.DATA_LOST, "pools " + losing + " can't do without what the device"
                    + " that belongs in place " + shown(index + 1) + " holds: start the server with that device in its list,"
                    + " or give up what only it has (--accept-loss)");
        }
        return losing;
    }

    private void admit(int index, BlockDevice device, long tenant, boolean returning) throws IOException {
        BlockDevice former = membership.devices()[index];
        pools.whileNothingChanges(() -> {
            pools.checkSpared(index);
            take(index, device, tenant, returning ? pools.toRebuild(index) : pools.thatGoOn());
        });
        if (former != null) {
            replaced.add(former);
        }
        LOG.info("device {} is in place {} now", device.name(), shown(index + 1));
    }

    /**
     * Takes a device back into the pools that it is out of, where it is rebuilt from nothing ({@link Rebuilder}): for
     * one that is there again, or has been mended.
     *
     * @param place its place in the set, from 1
     * @throws BatonException INVALID_ARGUMENT if there is none in that place, or it is out of no pool that it can be
     *                        rebuilt in; READ_ONLY if it is an older copy that another pool is closed for
     */
    public void rejoin(int place) throws IOException {
        int index = index(place);
        synchronized (admission) {
            BlockDevice device = membership.devices()[index];
            if (device == null) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "there is no device in place " + shown(place)
                        + " of the set; put one there");
            }
            old.checkSettled(index);
            successions.endFailed(index);
            long rebuild = pools.toRebuild(index);
            if (rebuild == 0) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "device " + device.name()
                        + " is out of no pool that it could be rebuilt in, or is being rebuilt already");
            }
            take(index, device, membership.tenant(index), rebuild);
        }
        devicesChanged();
    }

    /** Closes the pools (with a checkpoint) and the devices. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        List<Closeable> all = new ArrayList<>(pools.all());
        all.addAll(spares.devices());
        all.addAll(membership.successorsEver());
        synchronized (admission) {
            all.addAll(replaced);
            all.addAll(successions.formers());
        }
        Arrays.stream(membership.devices()).filter(device -> device != null).forEach(all::add);
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

    /**
     * Who is told when a device is out, is to be rebuilt, is a full member again, or when a spare comes: from any thread,
     * with locks of pools and of the set held, so without waiting. One that is there already is not added.
     */
    public void addDevicesListener(Runnable told) {
        listeners.addIfAbsent(told);
    }

    /** Tells it no more; it may just be told. */
    public void removeDevicesListener(Runnable told) {
        listeners.remove(told);
    }

    private void devicesChanged() {
        ledger.seat(membership, spares);
        listeners.forEach(Runnable::run);
    }

    /** How far a device is rebuilt in a pool, see {@link RebuildMark}. */
    long mark(SegmentPool pool, int device) {
        return membership.mark(pools.number(pool), device);
    }

    /** Makes durable how far a device is rebuilt in a pool; within {@link PoolMembers#whileRebuilding}. */
    void saveMark(SegmentPool pool, int device, long mark) throws IOException {
        membership.saveMark(pools.number(pool), device, mark);
    }

    /**
     * The free rows of the device in a place, for who wants to measure writes there while the set is used.
     *
     * @param place its place in the set, from 1
     * @throws BatonException INVALID_ARGUMENT if there is no such place, or no device in it
     */
    public FreeRows freeRows(int place) throws BatonException {
        int index = index(place);
        BlockDevice device = membership.devices()[index];
        if (device == null) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "there is no device in place " + shown(place)
                    + " of the set; put one there");
        }
        return new FreeRows(WatchedDevice.unwatched(device), index, List.copyOf(pools.all()),
                () -> membership.devices()[index] == device);
    }

    /** Somebody has read all of a pool: what its devices have is all that there is, also of older copies. */
    void believe(SegmentPool pool) throws IOException {
        pool.parts().mutations().believeAll();
        membership.endDoubts(pools.number(pool));
        old.lookedAt(pools.number(pool));
    }

    /** User data that all pools have been asked to move since the set was opened. */
    public long servedBytes() {
        return pools.all().stream().mapToLong(SegmentPool::servedBytes).sum();
    }

    private int shown(int place) {
        return shown.applyAsInt(place);
    }

    private int index(int place) throws BatonException {
        int places = membership.superblock().devices();
        if (place < 1 || place > places) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "the set has places 1 to " + places + ", not "
                    + place);
        }
        return place - 1;
    }

    /** Called by whoever keeps the states of the device from changing in these pools. */
    private void take(int index, BlockDevice device, long tenant, long rebuild) throws IOException {
        long[] untold = membership.take(index, device, tenant, rebuild);
        pools.leaveOut(untold);
        for (int pool = 0; pool < pools.count(); pool++) {
            // Out again already where it could not be told what became of another one.
            if ((rebuild >>> pool & 1) != 0 && (untold[pool] >>> index & 1) == 0) {
                pools.members(pool).rebuild(index, device);
            }
        }
    }

    private void openPools() throws IOException {
        List<IOException> failures = new ArrayList<>();
        PoolOpening opening = new PoolOpening(membership, old, forces, this::handOverNow, this::devicesChanged);
        membership.recordMissing(old);
        membership.givePlacesOfMissing();
        for (int i = 0; i < pools.count(); i++) {
            try {
                pools.add(i, opening.open(i));
            } catch (BatonException e) {
                LOG.error("a pool cannot be opened", e);
                unopened.put(membership.layout(i).name(), e.getMessage());
                failures.add(e);
            }
        }
        if (pools.all().isEmpty()) {
            BatonException none = new BatonException(ErrorCode.DATA_LOST, "no pool of the set can be opened: "
                    + failures.get(0).getMessage(), failures.get(0));
            failures.stream().skip(1).forEach(none::addSuppressed);
            throw none;
        }
    }

    private void handOverNow(int pool, int device, String reason) throws IOException {
        synchronized (admission) {
            successions.handOverNow(pool, device, reason);
        }
    }
}
