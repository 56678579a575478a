package io.batonfs.pools.profile;

import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.raid.RotatingParity;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Pools for a set of devices that were measured: RAID 10 on the fast ranges, RAID 5 on the middle ones, RAID 50 on the
 * slow ones, as far as the number of devices allows (POOL-2). The steps stand in the package's document. Pure.
 *
 * @param pools the pools, in the order in which they lie on each device; their shares are percent
 * @param notes what an administrator should know of them, in sentences; maybe none
 */
public record PoolProposal(List<PoolConfig> pools, List<String> notes) {
    /** What a device is dealt out in: percent, finer than probe zones usually are. */
    public static final int SHARES = 100;
    /** What a set has at most. */
    public static final int MOST_DEVICES = 64;
    /** A pool has a journal and tables of its own: what would get less than this share goes to a neighbour. */
    static final int LEAST_SHARE = 3;

    /** What superblocks have room for. */
    private static final int MOST_POOLS = 16;

    /** Copies the lists. */
    public PoolProposal {
        pools = List.copyOf(pools);
        notes = List.copyOf(notes);
    }

    /** What a tier of speed is used for, by its rank. */
    private enum Use {
        FAST("fast"), CAPACITY("capacity"), SLOW("slow");

        private final String poolName;

        Use(String poolName) {
            this.poolName = poolName;
        }
    }

    /**
     * A device that was measured.
     *
     * @param name    what to call it in notes
     * @param regions all of its regions in the order of their blocks, by a complete profile
     */
    public record Device(String name, List<Region> regions) {
        /** Copies the list. */
        public Device {
            regions = List.copyOf(regions);
            boolean whole = regions.stream().filter(Region::isReadable).allMatch(region ->
                    region.figure(ProbeKind.SEQUENTIAL_READ) != null && region.figure(ProbeKind.RANDOM_READ) != null);
            if (regions.isEmpty() || !whole) {
                throw new IllegalArgumentException("device " + name + " was not measured as a whole yet");
            }
        }

        private long blocks() {
            return regions.get(regions.size() - 1).endBlock();
        }

        private Region at(long block) {
            return regions.stream().filter(region -> block < region.endBlock()).findFirst().orElseThrow();
        }
    }

    /** Neighbouring ranges of one tier. */
    private record Tiered(long end, int tier) {
    }

    /**
     * Proposes pools.
     *
     * @param devices 1 to 64 devices
     * @throws IllegalArgumentException for more devices, or none
     */
    public static PoolProposal of(List<Device> devices) {
        if (devices.isEmpty() || devices.size() > MOST_DEVICES) {
            throw new IllegalArgumentException("a set has 1 to " + MOST_DEVICES + " devices, not " + devices.size());
        }
        List<String> notes = new ArrayList<>();
        List<SpeedTiers.Range> ranges = ranges(devices, notes);
        double[] tiers = SpeedTiers.means(ranges);
        List<Tiered> pieces = new ArrayList<>();
        for (SpeedTiers.Range range : ranges) {
            pieces.add(new Tiered(range.end(), SpeedTiers.nearest(tiers, range.speed())));
        }
        return new PoolProposal(pools(withoutSlivers(joined(pieces), tiers), devices.size(), notes), notes);
    }

    /** Cut at each border of any device's regions, and as fast as the slowest device: a stripe waits for it. */
    private static List<SpeedTiers.Range> ranges(List<Device> devices, List<String> notes) {
        long smallest = devices.stream().mapToLong(Device::blocks).min().orElseThrow();
        if (devices.stream().anyMatch(device -> device.blocks() != smallest)) {
            notes.add("the smallest device has " + smallest + " blocks; what the others have beyond that stays unused");
        }
        TreeSet<Long> starts = new TreeSet<>(List.of(0L));
        for (Device device : devices) {
            for (Region region : device.regions()) {
                if (!region.isReadable()) {
                    notes.add("device " + device.name() + " can't be read somewhere in blocks " + region.firstBlock()
                            + " to " + (region.endBlock() - 1) + ": replace it before a set is formatted");
                }
                if (region.endBlock() < smallest) {
                    starts.add(region.endBlock());
                }
            }
        }
        List<SpeedTiers.Range> ranges = new ArrayList<>();
        double before = Double.NaN;
        for (long start : starts) {
            Long next = starts.higher(start);
            double slowest = devices.stream().map(device -> device.at(start)).filter(Region::isReadable)
                    .mapToDouble(PoolProposal::speed).min().orElse(before);
            if (Double.isNaN(slowest)) {
                // Nobody can read the beginning: it goes with what follows.
                slowest = devices.stream().flatMap(device -> device.regions().stream()).filter(Region::isReadable)
                        .mapToDouble(PoolProposal::speed).findFirst().orElse(0);
            }
            ranges.add(new SpeedTiers.Range(start, next == null ? smallest : next, slowest));
            before = slowest;
        }
        return ranges;
    }

    /** Reads decide: they were measured everywhere, and writes maybe in some places only. */
    private static double speed(Region region) {
        Figure sequential = region.figure(ProbeKind.SEQUENTIAL_READ);
        Figure random = region.figure(ProbeKind.RANDOM_READ);
        return (Math.log(sequential.bytesPerSecond()) + Math.log(random.bytesPerSecond())) / 2;
    }

    private static List<Tiered> joined(List<Tiered> pieces) {
        List<Tiered> joined = new ArrayList<>();
        for (Tiered piece : pieces) {
            int last = joined.size() - 1;
            if (last >= 0 && joined.get(last).tier() == piece.tier()) {
                joined.set(last, piece);
            } else {
                joined.add(piece);
            }
        }
        return joined;
    }

    /** Gives what is too small for a pool, and what is too much for a superblock, to the neighbour nearest in speed. */
    private static List<Tiered> withoutSlivers(List<Tiered> pieces, double[] tiers) {
        List<Tiered> rest = pieces;
        while (rest.size() > 1) {
            int smallest = 0;
            for (int i = 1; i < rest.size(); i++) {
                smallest = share(rest, i) < share(rest, smallest) ? i : smallest;
            }
            if (share(rest, smallest) >= LEAST_SHARE && rest.size() <= MOST_POOLS) {
                return rest;
            }
            double speed = tiers[rest.get(smallest).tier()];
            double toTheLeft = smallest == 0 ? Double.POSITIVE_INFINITY
                    : Math.abs(tiers[rest.get(smallest - 1).tier()] - speed);
            double toTheRight = smallest == rest.size() - 1 ? Double.POSITIVE_INFINITY
                    : Math.abs(tiers[rest.get(smallest + 1).tier()] - speed);
            List<Tiered> next = new ArrayList<>(rest);
            next.set(smallest, new Tiered(rest.get(smallest).end(),
                    rest.get(toTheLeft <= toTheRight ? smallest - 1 : smallest + 1).tier()));
            rest = joined(next);
        }
        return rest;
    }

    private static int share(List<Tiered> pieces, int index) {
        return border(pieces, index) - (index == 0 ? 0 : border(pieces, index - 1));
    }

    private static int border(List<Tiered> pieces, int index) {
        double all = pieces.get(pieces.size() - 1).end();
        return (int) Math.round(SHARES * (pieces.get(index).end() / all));
    }

    private static List<PoolConfig> pools(List<Tiered> pieces, int devices, List<String> notes) {
        // Tiers that only slivers were of are gone.
        List<Integer> tiers = pieces.stream().map(Tiered::tier).distinct().sorted().toList();
        if (tiers.size() == 1) {
            return poolsOfAlike(devices, notes);
        }
        List<PoolConfig> pools = new ArrayList<>();
        int[] ofUse = new int[Use.values().length];
        RaidLevel[] levels = new RaidLevel[tiers.size()];
        for (int rank = 0; rank < levels.length; rank++) {
            levels[rank] = level(Use.values()[rank], devices, notes);
        }
        for (int i = 0; i < pieces.size(); i++) {
            int rank = tiers.indexOf(pieces.get(i).tier());
            int number = ++ofUse[rank];
            pools.add(PoolConfig.of(Use.values()[rank].poolName + (number == 1 ? "" : "-" + number), levels[rank],
                    share(pieces, i)));
        }
        return pools;
    }

    /** Devices that are equally fast everywhere carry two levels all the same, if two can be told apart. */
    private static List<PoolConfig> poolsOfAlike(int devices, List<String> notes) {
        List<String> ofFast = new ArrayList<>();
        RaidLevel fast = level(Use.FAST, devices, ofFast);
        RaidLevel capacity = level(Use.CAPACITY, devices, notes);
        if (fast == capacity) {
            // No note is of a pool that there isn't.
            return List.of(PoolConfig.of(Use.CAPACITY.poolName, capacity, SHARES));
        }
        notes.addAll(ofFast);
        return List.of(PoolConfig.of(Use.FAST.poolName, fast, SHARES / 2),
                PoolConfig.of(Use.CAPACITY.poolName, capacity, SHARES / 2));
    }

    private static RaidLevel level(Use use, int devices, List<String> notes) {
        if (use == Use.FAST && devices % 2 == 0 && devices >= 4) {
            return RaidLevel.RAID_10;
        }
        if (use == Use.SLOW && RotatingParity.fewestSpans(devices) > 0) {
            return RaidLevel.RAID_50;
        }
        RaidLevel level = switch (devices) {
            case 1 -> RaidLevel.RAID_0;
            case 2 -> RaidLevel.RAID_1;
            default -> RaidLevel.RAID_5;
        };
        String why = switch (use) {
            case FAST -> "RAID_10 needs an even number of devices, four at least";
            case CAPACITY -> level == RaidLevel.RAID_5 ? "" : "RAID_5 needs three devices at least";
            case SLOW -> "RAID_50 needs devices that can be dealt to equal RAID 5 sets of three or more, as 6 or 8 can";
        };
        if (!why.isEmpty()) {
            notes.add("pool " + use.poolName + " is " + level + ": " + why + ", and there are " + devices
                    + (level == RaidLevel.RAID_0 ? "; nothing survives the failure of a device" : ""));
        }
        return level;
    }
}
