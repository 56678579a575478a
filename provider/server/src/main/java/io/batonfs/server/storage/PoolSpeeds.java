package io.batonfs.server.storage;

import io.batonfs.model.ServerId;
import io.batonfs.pools.PoolRegion;
import io.batonfs.pools.profile.CacheUse;
import io.batonfs.pools.profile.DeviceProfile;
import io.batonfs.pools.profile.RangeSpeed;
import io.batonfs.pools.profile.Region;
import io.batonfs.pools.profile.RegionFinder;
import io.batonfs.server.PoolName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How fast the devices of a server are where its pools lie, by what is kept of them: the mean over those devices of a pool's
 * set that were measured to the end, and past the page cache, as figures of memory say nothing of a device. Read anew when it is
 * told to ({@link #refresh}); a device of which nothing can be read counts as not measured. Thread-safe.
 */
final class PoolSpeeds {
    private static final Logger LOG = LoggerFactory.getLogger(PoolSpeeds.class);

    private final ServerId server;
    private final DeviceSets sets;
    private final MeasuredDevices devices;
    private volatile Measured measured = Measured.NOTHING;

    PoolSpeeds(ServerId server, DeviceSets sets, MeasuredDevices devices) {
        this.server = server;
        this.sets = sets;
        this.devices = devices;
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

    Measured measured() {
        return measured;
    }

    /** Reads what is kept. */
    void refresh() {
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
        measured = new Measured(byPool);
    }

    private Optional<List<Region>> regions(int place) {
        try {
            return devices.kept(place).filter(PoolSpeeds::counts).map(RegionFinder::find);
        } catch (IOException e) {
            LOG.warn("{}: what is kept of the speed of the device in place {} does not count: {}", server, place,
                    e.getMessage());
            return Optional.empty();
        }
    }

    private static boolean counts(DeviceProfile profile) {
        return profile.missingSamples() == 0 && profile.cache() == CacheUse.BYPASSED;
    }
}
