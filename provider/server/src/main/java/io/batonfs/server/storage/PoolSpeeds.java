package io.batonfs.server.storage;

import io.batonfs.model.ServerId;
import io.batonfs.pools.PoolRegion;
import io.batonfs.pools.profile.CacheUse;
import io.batonfs.pools.profile.DeviceProfile;
import io.batonfs.pools.profile.RangeSpeed;
import io.batonfs.pools.profile.Region;
import io.batonfs.pools.profile.RegionFinder;
import java.io.Closeable;
import io.batonfs.server.PoolName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How fast the devices of a server are where its pools lie, by what is kept of them: the mean over those devices of a pool's set
 * of which all reads were measured, and past the page cache, as figures of memory say nothing of a device. Read anew when
 * somebody asks after something has {@link #changed}: a device was measured, or a place was given another one, by an order
 * or as a spare. That takes up to seconds, so neither the start of a server nor an order about its devices waits for it. A
 * device of which nothing can be read counts as not measured.
 *
 * <p>Thread-safe: one thread reads at a time, with this object's lock; {@link #last} and {@link #changed} take none.
 */
final class PoolSpeeds implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(PoolSpeeds.class);

    private final ServerId server;
    private final DeviceSets sets;
    private final MeasuredDevices devices;
    private final Runnable told = this::changed;
    private final AtomicBoolean stale = new AtomicBoolean(true);
    private volatile Measured last = Measured.NOTHING;

    PoolSpeeds(ServerId server, DeviceSets sets, MeasuredDevices devices) {
        this.server = server;
        this.sets = sets;
        this.devices = devices;
        sets.all().forEach(this::follow);
    }

    /**
     * What was measured at one moment.
     *
     * @param byPool what is known of each pool's region, by its name
     */
    record Measured(Map<String, RangeSpeed> byPool) {
        static final Measured NOTHING = new Measured(Map.of());

        /** Copies the map. */
        Measured {
            byPool = Map.copyOf(byPool);
        }

        RangeSpeed of(String pool) {
            return byPool.getOrDefault(pool, RangeSpeed.UNKNOWN);
        }

        /** What a read takes in the fastest of the pools' regions: the unit of costs; NaN if none was measured. */
        double unitNanos() {
            return byPool.values().stream().filter(RangeSpeed::knowsReads).mapToDouble(RangeSpeed::readNanos).min()
                    .orElse(Double.NaN);
        }
    }

    /** By what is kept now: reads it if something has changed. */
    synchronized Measured measured() {
        // Before it reads: what changes from now on is read the next time.
        if (stale.getAndSet(false)) {
            last = read();
        }
        return last;
    }

    /** What {@link #measured} told last; reads nothing. */
    Measured last() {
        return last;
    }

    /** What is kept, or which device is where, is no longer what it was. Any thread, with any lock. */
    void changed() {
        stale.set(true);
    }

    /** Hears of changes no more. */
    @Override
    public void close() {
        sets.all().forEach(set -> set.devices().removeDevicesListener(told));
    }

    /** Is told by a set that was added, too. */
    void follow(OpenSet set) {
        set.devices().addDevicesListener(told);
        changed();
    }

    /** Hears of the changes of a set no more, which is about to be closed. */
    void leave(OpenSet set) {
        set.devices().removeDevicesListener(told);
        changed();
    }

    private Measured read() {
        Map<String, RangeSpeed> byPool = new HashMap<>();
        for (OpenSet set : sets.all()) {
            List<List<Region>> all = new ArrayList<>();
            for (int place = 1; place <= set.places(); place++) {
                regions(PoolName.placeInServer(set.number(), place)).ifPresent(all::add);
            }
            for (PoolRegion pool : set.devices().regions()) {
                byPool.put(pool.pool(), RangeSpeed.mean(
                        all.stream().map(regions -> RangeSpeed.of(regions, pool.start(), pool.end())).toList()));
            }
        }
        return new Measured(byPool);
    }

    private Optional<List<Region>> regions(int place) {
        try {
            return devices.complete(place).filter(PoolSpeeds::counts).map(RegionFinder::find);
        } catch (IOException e) {
            LOG.warn("{}: what is kept of the speed of the device in place {} does not count: {}", server, place,
                    e.getMessage());
            return Optional.empty();
        }
    }

    private static boolean counts(DeviceProfile profile) {
        // Without writes that could not be made for now it is as one that was measured without them.
        return profile.missingReads() == 0 && profile.cache() == CacheUse.BYPASSED;
    }
}
