package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.FreeRows;
import io.batonfs.pools.LoadMeter;
import io.batonfs.pools.profile.CacheUse;
import io.batonfs.pools.profile.DeviceChangedException;
import io.batonfs.pools.profile.DeviceIdentity;
import io.batonfs.pools.profile.DeviceProfile;
import io.batonfs.pools.profile.DeviceProfiler;
import io.batonfs.pools.profile.FreeSpace;
import io.batonfs.pools.profile.NotNowException;
import io.batonfs.pools.profile.ProbeKind;
import io.batonfs.pools.profile.ProfileFormat;
import io.batonfs.pools.profile.ProfileParameters;
import io.batonfs.pools.profile.ProfileProgress;
import io.batonfs.pools.profile.ProfileStore;
import io.batonfs.pools.profile.ServedSpace;
import io.batonfs.pools.profile.Throttle;
import io.batonfs.pools.profile.UncachedDevice;
import io.batonfs.protocol.DeviceMeasurement;
import io.batonfs.protocol.MeasureOrder;
import io.batonfs.server.OpenParts;
import io.batonfs.server.PoolName;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures devices of a storage server while it serves (POOL-1), one at a time: reads everywhere, writes in free rows of the
 * pools if that is wanted ({@link FreeRows}). What was measured is kept every five seconds, so that after a stop, a kill or a
 * restart the same order goes on with what is missing.
 *
 * <p>States of a device:
 * <pre>
 *   from           by                              to
 *   NOT_MEASURED   START                           RUNNING
 *   STOPPED        START (again: from nothing)     RUNNING
 *   FAILED         START (again: from nothing)     RUNNING
 *   DONE           START, again                    RUNNING
 *   RUNNING        START while it is being stopped RUNNING: refused, BUSY
 *   RUNNING        all samples are taken           DONE
 *   RUNNING        STOP, the server's end          STOPPED
 *   RUNNING        writes can't be made for now    STOPPED, with the reason, when all else is done
 *   RUNNING        the device fails or goes        FAILED
 * </pre>
 * A device that has a complete profile keeps it until it was measured anew to the end.
 * Only the device that was measured last has a state in memory; of the others it follows from what is kept.
 *
 * <p>Measuring has a thread of its own, which nobody interrupts: an interrupt would close the file under it. Orders come from
 * any thread; this object's lock guards {@link #last}. Its owner closes it before the set.
 */
final class DeviceMeasuring implements Closeable {
    /** More would leave clients less of the device than measuring takes. */
    static final double MOST_SHARE = 0.5;
    /** With more, finding regions takes seconds, which each start of the server would take longer. */
    static final int MOST_ZONES = 256;

    private static final Logger LOG = LoggerFactory.getLogger(DeviceMeasuring.class);
    private static final long IDLE_SECONDS = 10;

    private final ServerId server;
    private final MeasuredDevices devices;
    private final HostSpace space;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final SecureRandom random;
    private final Runnable measured;
    private final ThreadPoolExecutor executor;
    /** The device that is or was measured last; null if none was since the start. */
    private Run last;
    private boolean closed;

    /**
     * @param space    of file systems that sparse devices grow in: while there is a shortage nothing is written
     * @param measured told when something new is kept of a device, on the thread that measures
     * @param threads  makes the one thread
     */
    DeviceMeasuring(ServerId server, MeasuredDevices devices, HostSpace space, Clock clock,
            LongSupplier nanoTime, SecureRandom random, Runnable measured, ThreadFactory threads) {
        this.server = server;
        this.devices = devices;
        this.space = space;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.random = random;
        this.measured = measured;
        this.executor = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        executor.allowCoreThreadTimeOut(true);
    }

    /** Carries out an order, and tells how far the device is then. */
    synchronized DeviceMeasurement carryOut(MeasureOrder order) throws IOException {
        int place = devices.place(order.device());
        switch (order.kind()) {
            case START -> start(place, order);
            case STOP -> stop(place);
            case SHOW -> { }
        }
        return last != null && last.place == place && last.rows.isInPlace() ? last.told() : kept(place);
    }

    private DeviceMeasurement kept(int place) throws IOException {
        Optional<DeviceProfile> kept = devices.kept(place);
        String name = devices.name(place);
        return kept.map(profile -> new DeviceMeasurement(place, name, profile.missingSamples() == 0
                        ? DeviceMeasurement.State.DONE : DeviceMeasurement.State.STOPPED, "", bytes(profile)))
                .orElseGet(() -> new DeviceMeasurement(
                        place, name, DeviceMeasurement.State.NOT_MEASURED, "", new byte[0]));
    }

    private void start(int place, MeasureOrder order) throws IOException {
        if (closed) {
            throw new BatonException(ErrorCode.UNSUPPORTED, server + " is ending; measure when it runs again");
        }
        if (last != null && last.isRunning()) {
            if (last.stopping) {
                throw new BatonException(ErrorCode.BUSY, server + " is just ending to measure the device in place "
                        + last.place + "; try again in a moment");
            }
            if (last.place == place && last.rows.isInPlace()) {
                return;
            }
            throw new BatonException(ErrorCode.BUSY, server + " is measuring the device in place " + last.place
                    + ", and measures one at a time; wait for that, or stop it");
        }
        if (!(order.share() > 0 && order.share() <= MOST_SHARE)) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "a share of " + order.share() + " of the time of a device "
                    + "that is in use is not more than 0 and at most " + MOST_SHARE);
        }
        devices.checkStays(place);
        FreeRows rows = devices.freeRows(place);
        ProfileStore store = devices.store();
        BlockDevice device = rows.device();
        DeviceIdentity identity = MeasuredDevices.identity(device);
        Optional<DeviceProfile> kept = order.again() ? Optional.empty() : MeasuredDevices.kept(store, identity);
        CacheUse cache = CacheUse.IN_BETWEEN;
        Optional<UncachedDevice> uncached = device instanceof FileBlockDevice file
                ? UncachedDevice.beside(file) : Optional.empty();
        if (uncached.isPresent()) {
            device = uncached.get();
            cache = uncached.get().cacheUse();
        }
        if (kept.isPresent()) {
            refuseOther(kept.get(), device, cache, order);
        }
        DeviceProfile begun = kept.isPresent() ? kept.get() : DeviceProfile.begin(
                identity, device.sizeBytes(), cache, parameters(device, order), store.beginMs(identity, clock.millis()));
        if (begun.missingSamples() > 0) {
            refuseWrites(begun, rows);
            store.prepare();
            last = new Run(place, rows, device, begun, store, order.share());
            executor.execute(last::measure);
            LOG.info("{}: measuring the device in place {}, {}", server, place, rows.device().name());
        }
    }

    /** What could only end with writes missing is better told at once, and what would take the room of clients too. */
    private void refuseWrites(DeviceProfile begun, FreeRows rows) throws BatonException {
        long writes = begun.missingWriteBytes();
        if (writes == 0) {
            return;
        }
        if (!rows.isWhole()) {
            throw new BatonException(ErrorCode.BUSY, "device " + rows.device().name() + " is out of all pools that are open, "
                    + "or is being rebuilt; measure writes when that is done, or measure it without --write");
        }
        Optional<String> shortage = space.shortageBeside(space.reservedBytes() + writes);
        if (shortage.isPresent()) {
            throw new BatonException(ErrorCode.NO_SPACE, "measuring writes of device " + rows.device().name() + " may take "
                    + writes + " bytes of the file system, if the device is sparse, beside twice its reserve: "
                    + shortage.get() + ", or measure it without --write");
        }
    }

    private ProfileParameters parameters(BlockDevice device, MeasureOrder order) throws BatonException {
        try {
            if (order.zones() > MOST_ZONES) {
                throw new IllegalArgumentException(order.zones() + " zones are more than the " + MOST_ZONES
                        + " that a device in use can have");
            }
            return ProfileParameters.forDevice(device.sizeBytes(),
                    order.zones() == 0 ? ProfileParameters.DEFAULT_ZONES : order.zones(),
                    order.samples() == 0 ? ProfileParameters.DEFAULT_ROUNDS : order.samples(), order.writes(),
                    random.nextLong());
        } catch (IllegalArgumentException e) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "device " + device.name() + " can't be measured so: "
                    + e.getMessage() + "; correct the number of zones or samples", e);
        }
    }

    /** What was begun in one way can't go on in another. */
    private static void refuseOther(DeviceProfile kept, BlockDevice device, CacheUse cache, MeasureOrder order)
            throws BatonException {
        ProfileParameters parameters = kept.parameters();
        boolean writes = parameters.kinds().contains(ProbeKind.SEQUENTIAL_WRITE);
        String other = null;
        if (kept.deviceSizeBytes() != device.sizeBytes()) {
            other = "of " + kept.deviceSizeBytes() + " bytes, and it has " + device.sizeBytes() + " now";
        } else if (order.zones() != 0 && order.zones() != parameters.zones()) {
            other = "with " + parameters.zones() + " zones";
        } else if (order.samples() != 0 && order.samples() != parameters.rounds()) {
            other = "with " + parameters.rounds() + " samples";
        } else if (order.writes() && !writes) {
            other = "without writes";
        } else if (kept.missingSamples() > 0 && writes && !order.writes()) {
            other = "with writes, and not finished";
        } else if (kept.missingSamples() > 0 && kept.cache() != cache) {
            other = (cache == CacheUse.BYPASSED ? "through" : "past") + " the page cache, not finished, and now it is "
                    + "measured the other way";
        }
        if (other != null) {
            throw new BatonException(ErrorCode.ALREADY_EXISTS, "what is kept of device " + device.name()
                    + " was measured " + other + "; give the same options again, or measure anew with --again");
        }
    }

    private void stop(int place) {
        if (last != null && last.place == place && last.isRunning()) {
            last.stop();
        }
    }

    private static byte[] bytes(DeviceProfile profile) {
        ByteBuffer encoded = ProfileFormat.encode(profile);
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return bytes;
    }

    /** Ends measuring a device of a set that is about to be closed, after the sample that is under way. */
    void endIn(int set) throws IOException {
        Future<?> ended = null;
        synchronized (this) {
            if (last == null || PoolName.setOfPlace(last.place) != set) {
                return;
            }
            last.stop();
            if (closed) {
                executor.shutdown();
            } else {
                ended = executor.submit(() -> { });
            }
        }
        if (ended == null) {
            OpenParts.awaitEnd(server + "'s measuring", executor);
            return;
        }
        try {
            ended.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while measuring ended").initCause(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("nothing can fail", e);
        }
    }

    /** Ends after the sample that is under way; the same order goes on there when the server runs again. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            if (last != null) {
                last.stop();
            }
        }
        executor.shutdown();
        OpenParts.awaitEnd(server + "'s measuring", executor);
    }

    /** A device that is measured. Its progress is called by the thread that measures; the rest by any. */
    private final class Run implements ProfileProgress {
        private final int place;
        private final FreeRows rows;
        private final BlockDevice device;
        private final DeviceProfile begun;
        private final ProfileStore store;
        private final GentlePause pause;
        private final Throttle throttle;
        private final ServedSpace served;
        private volatile DeviceMeasurement told;
        /** Guarded by the lock of who measures devices. */
        private boolean stopping;

        Run(int place, FreeRows rows, BlockDevice device, DeviceProfile begun, ProfileStore store, double share)
                throws BatonException {
            this.place = place;
            this.rows = rows;
            this.device = device;
            this.begun = begun;
            this.store = store;
            this.pause = new GentlePause(new LoadMeter(devices.servedBytes(place), clock.millis()), clock);
            this.throttle = new Throttle(share, pause);
            this.served = new ServedSpace(rows);
            tell(DeviceMeasurement.State.RUNNING, "", bytes(begun));
        }

        DeviceMeasurement told() {
            return told;
        }

        boolean isRunning() {
            return told.state() == DeviceMeasurement.State.RUNNING;
        }

        private void tell(DeviceMeasurement.State state, String reason, byte[] profile) {
            told = new DeviceMeasurement(place, rows.device().name(), state, reason, profile);
        }

        /** Ends it after the sample that is under way. Called with the lock of who measures devices. */
        void stop() {
            stopping = true;
            pause.stop();
        }

        private Optional<FreeSpace.Claim> claim(long from, long to, int lengthBytes, RandomGenerator chance)
                throws IOException {
            Optional<String> shortage = space.shortageBeside(space.reservedBytes());
            if (shortage.isPresent()) {
                throw new NotNowException(shortage.get());
            }
            return served.claim(from, to, lengthBytes, chance);
        }

        void measure() {
            try {
                new DeviceProfiler(nanoTime, clock, throttle).measure(begun, device, this::claim, this);
                end(DeviceMeasurement.State.DONE, "");
                measured.run();
            } catch (InterruptedException e) {
                end(DeviceMeasurement.State.STOPPED, "");
            } catch (NotNowException e) {
                end(DeviceMeasurement.State.STOPPED, "some writes could not be measured for now: " + e.getMessage()
                        + "; the same command goes on there");
                measured.run();
            } catch (IOException | RuntimeException | Error e) {
                LOG.error("{}: device {} can't be measured", server, rows.device().name(), e);
                end(DeviceMeasurement.State.FAILED, e.getMessage() == null ? e.toString() : e.getMessage());
                if (e instanceof Error error) {
                    throw error;
                }
            }
        }

        private void end(DeviceMeasurement.State state, String reason) {
            tell(state, reason, told.profile());
            LOG.info("{}: measuring {} has ended: {} {}", server, rows.device().name(), state, reason);
        }

        @Override
        public void next() throws DeviceChangedException {
            served.checkDevice();
        }

        @Override
        public void save(DeviceProfile profile) throws IOException {
            store.save(profile);
            tell(DeviceMeasurement.State.RUNNING, "", bytes(profile));
        }

        @Override
        public void failed(ProbeKind kind, long firstBlock, long endBlock, IOException reason) {
            LOG.warn("{}: device {}: a {} failed in blocks {} to {}: {}", server, rows.device().name(), kind.label(),
                    firstBlock, endBlock - 1, reason.getMessage());
        }
    }
}
