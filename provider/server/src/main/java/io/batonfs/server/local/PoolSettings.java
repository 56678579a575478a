package io.batonfs.server.local;

import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.StorageSetConfig;
import io.batonfs.pools.raid.RotatingParity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The pools of each storage server, and which of them is for new data. As text they are a pool after the other, in the
 * order in which they lie on each device, with semicolons between them (POOL-2):
 * <pre>
 *   pools = pool *( ";" pool )
 *   pool  = name 1*( space attribute "=" number )
 *
 *   level   RAID level: 0, 1, 10, 5, 50 or 6
 *   share   percent of each device; those of all pools are 100 together
 *   spans   RAID 50 only: the RAID 5 sets that it stripes over; without it as few as there can be
 *   unit    bytes that lie together on a device, a multiple of 4096; without it what is usual at the level
 *   segments  slots for segments, one for each file of less than a page; without it one for 32 KiB. The number is filled
 *             up to a multiple of 15
 * </pre>
 *
 * @param config     the pools; they count when devices are formatted
 * @param forNewData the name of the pool of new data that asks for none; empty for the usual one
 * @param misfit     why no devices can be formatted by these settings; empty if they can. Where some have been by
 *                   others it does not matter, since what is on the devices counts
 */
public record PoolSettings(StorageSetConfig config, Optional<String> forNewData, Optional<String> misfit) {

    /** Half of each device for speed, half for capacity: {@link StorageSetConfig#DEFAULT}. */
    public static final String DEFAULT = "fast level=10 share=50; capacity level=5 share=50";

    private static final String LEVEL = "level";
    private static final String SHARE = "share";
    private static final String SPANS = "spans";
    private static final String UNIT = "unit";
    private static final String SEGMENTS = "segments";
    private static final Set<String> ATTRIBUTES = Set.of(LEVEL, SHARE, SPANS, UNIT, SEGMENTS);

    /** As many bytes as a superblock has for it; no word of the syntax, and nothing that a shell would take apart. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}");
    private static final int PERCENT = 100;
    private static final int BLOCK_BYTES = 4096;
    private static final int MOST_UNIT_BYTES = 1 << 20;
    private static final int LEAST_SEGMENTS = 1024;
    private static final int LEAST_FOR_RAID_10 = 4;
    private static final int LEAST_FOR_RAID_6 = 4;
    private static final int LEAST_SPAN = 3;

    /** Checks for nulls. */
    public PoolSettings {
        Objects.requireNonNull(config, "config");
        Objects.requireNonNull(forNewData, "forNewData");
        Objects.requireNonNull(misfit, "misfit");
    }

    /**
     * Reads the two settings, and finds out whether they go with the number of devices and with each other.
     *
     * @param keyPrefix  what the keys {@code pools} and {@code pool} begin with, for messages
     * @param pools      the value of {@code pools}
     * @param forNewData the value of {@code pool}, a name or empty
     * @param devicesKey the full name of the setting that says how many devices there are
     * @param devices    devices of each storage server
     * @throws IllegalArgumentException that names key, value, reason and remedy, if {@code pools} is no list of pools
     */
    public static PoolSettings read(
            String keyPrefix, String pools, String forNewData, String devicesKey, int devices) {
        String key = keyPrefix + "pools";
        StorageSetConfig config = parse(key, pools);
        Optional<String> misfit = misfit(key, pools, config, devicesKey, devices);
        List<String> names = config.pools().stream().map(PoolConfig::name).toList();
        if (misfit.isEmpty() && !forNewData.isEmpty() && !names.contains(forNewData)) {
            misfit = Optional.of(keyPrefix + "pool = \"" + forNewData + "\" is not one of " + names
                    + ", which are those of " + key);
        }
        return new PoolSettings(config, Optional.of(forNewData).filter(name -> !name.isEmpty()), misfit);
    }

    /**
     * Reads pools.
     *
     * @param key  the full name of the setting, for messages
     * @param text its value
     * @throws IllegalArgumentException that names key, value, reason and remedy
     */
    static StorageSetConfig parse(String key, String text) {
        try {
            List<PoolConfig> pools = new ArrayList<>();
            for (String pool : text.split(";", -1)) {
                pools.add(pool(pool.strip()));
            }
            checkNames(pools);
            int shares = pools.stream().mapToInt(PoolConfig::share).sum();
            if (shares != PERCENT) {
                throw new IllegalArgumentException("the shares are " + shares + " % together; make them " + PERCENT);
            }
            return new StorageSetConfig(pools);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + " = \"" + text + "\": " + e.getMessage(), e);
        }
    }

    /**
     * Why pools can't be laid out over a number of devices, with keys, values and remedy; empty if they can.
     *
     * @param key        the full name of the setting
     * @param text       its value
     * @param pools      what that says
     * @param devicesKey the full name of the setting which says how many devices there are
     * @param devices    devices of each storage server
     */
    static Optional<String> misfit(
            String key, String text, StorageSetConfig pools, String devicesKey, int devices) {
        return misfit(pools, devices).map(why -> key + " = \"" + text + "\": " + why + ", and each storage server has "
                + devices + " (" + devicesKey + "); change the level or the devices");
    }

    /** Why pools can't be laid out over a number of devices: the pool and what it takes; empty if they can. */
    static Optional<String> misfit(StorageSetConfig pools, int devices) {
        for (PoolConfig pool : pools.pools()) {
            Optional<String> need = needUnmet(pool, devices);
            if (need.isPresent()) {
                return Optional.of("pool " + pool.name() + ": RAID " + pool.level().number() + " takes " + need.get());
            }
        }
        return Optional.empty();
    }

    /**
     * The text that says the same as pools on a number of devices, so that the texts of equal layouts are equal: what
     * may be left out is there only if it differs from the usual, but for RAID 50's spans, which always are.
     */
    public static String text(StorageSetConfig pools, int devices) {
        return pools.pools().stream().map(pool -> text(pool, devices)).collect(Collectors.joining("; "));
    }

    private static PoolConfig pool(String text) {
        String[] words = text.split("\\s+");
        String name = words[0];
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + text + "\" does not begin with a pool's name, 1 to 32 letters, "
                    + "digits, dots, dashes and underscores; say it like \"" + DEFAULT + "\"");
        }
        Map<String, Integer> attributes = new TreeMap<>();
        for (String word : Arrays.copyOfRange(words, 1, words.length)) {
            String[] parts = word.split("=", 2);
            if (parts.length < 2 || !ATTRIBUTES.contains(parts[0])) {
                throw wrong(name, "\"" + word
                        + "\" is none of level=, share=, spans=, unit= and segments= with a number; correct it");
            }
            if (attributes.put(parts[0], number(name, parts[0], parts[1])) != null) {
                throw wrong(name, parts[0] + " is there twice; leave one out");
            }
        }
        return pool(name, attributes);
    }

    private static PoolConfig pool(String name, Map<String, Integer> attributes) {
        RaidLevel level = level(name, required(name, attributes, LEVEL));
        int share = required(name, attributes, SHARE);
        if (share < 1 || share > PERCENT) {
            throw wrong(name, "a share is 1 to " + PERCENT + " percent of each device, not " + share);
        }
        int spans = attributes.getOrDefault(SPANS, 0);
        if (attributes.containsKey(SPANS) && (level != RaidLevel.RAID_50 || spans < 2)) {
            throw wrong(name, "spans=" + spans
                    + ": only level 50 has spans, two at least; leave them out, or correct them");
        }
        PoolConfig usual = PoolConfig.of(name, level, share);
        int unitBytes = attributes.getOrDefault(UNIT, usual.unitBlocks() * BLOCK_BYTES);
        if (unitBytes < BLOCK_BYTES || unitBytes > MOST_UNIT_BYTES || unitBytes % BLOCK_BYTES != 0) {
            throw wrong(name, "unit=" + unitBytes + " is no multiple of " + BLOCK_BYTES + " from there to "
                    + MOST_UNIT_BYTES);
        }
        return new PoolConfig(name, level, spans, share, unitBytes / BLOCK_BYTES, usual.metadataCopies(),
                segments(name, attributes), usual.journalBytes());
    }

    /** In whole pages, as devices say it; 0 for the usual number. */
    private static int segments(String pool, Map<String, Integer> attributes) {
        if (!attributes.containsKey(SEGMENTS)) {
            return 0;
        }
        int segments = attributes.get(SEGMENTS);
        if (segments < LEAST_SEGMENTS || segments > PoolConfig.MOST_SEGMENTS) {
            throw wrong(pool, "segments=" + segments + " is not from " + LEAST_SEGMENTS + " to " + PoolConfig.MOST_SEGMENTS);
        }
        return (segments + PoolConfig.SLOTS_PER_PAGE - 1) / PoolConfig.SLOTS_PER_PAGE * PoolConfig.SLOTS_PER_PAGE;
    }

    private static int required(String pool, Map<String, Integer> attributes, String attribute) {
        Integer value = attributes.get(attribute);
        if (value == null) {
            throw wrong(pool, "it has no " + attribute + "=; add it, as in \"" + DEFAULT + "\"");
        }
        return value;
    }

    private static RaidLevel level(String pool, int number) {
        for (RaidLevel level : RaidLevel.values()) {
            if (level.number() == number) {
                return level;
            }
        }
        throw wrong(pool, "there is no RAID level " + number + "; choose one of "
                + Arrays.stream(RaidLevel.values()).map(RaidLevel::number).toList());
    }

    private static int number(String pool, String attribute, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("pool " + pool + ": " + attribute + "=" + text
                    + " is no whole number; correct it", e);
        }
    }

    /** Storage policies have the pools' names, and Hadoop's users write those in any case. */
    private static void checkNames(List<PoolConfig> pools) {
        Set<String> names = new HashSet<>();
        for (PoolConfig pool : pools) {
            if (!names.add(pool.name().toUpperCase(Locale.ROOT))) {
                throw wrong(pool.name(), "another one has that name, upper and lower case being the same; rename one");
            }
        }
    }

    private static IllegalArgumentException wrong(String pool, String why) {
        return new IllegalArgumentException("pool " + pool + ": " + why);
    }

    /** What a pool's level takes that so many devices are not. */
    private static Optional<String> needUnmet(PoolConfig pool, int devices) {
        return switch (pool.level()) {
            case RAID_0 -> unless(devices >= 1, "a device");
            case RAID_1 -> unless(devices >= 2, "two devices at least");
            case RAID_10 -> unless(devices >= LEAST_FOR_RAID_10 && devices % 2 == 0,
                    "an even number of devices, four at least");
            case RAID_5 -> unless(devices >= LEAST_SPAN, "three devices at least");
            case RAID_50 -> {
                int spans = spans(pool, devices);
                yield unless(spans != 0 && devices % spans == 0 && devices / spans >= LEAST_SPAN, pool.spans() == 0
                        ? "devices that can be dealt to equal spans of three or more, as 6, 8 or 9 can"
                        : "devices that can be dealt to " + spans + " equal spans of three or more");
            }
            case RAID_6 -> unless(devices >= LEAST_FOR_RAID_6, "four devices at least");
        };
    }

    private static Optional<String> unless(boolean met, String need) {
        return met ? Optional.empty() : Optional.of(need);
    }

    private static int spans(PoolConfig pool, int devices) {
        return pool.spans() != 0 ? pool.spans() : RotatingParity.fewestSpans(devices);
    }

    private static String text(PoolConfig pool, int devices) {
        StringBuilder text = new StringBuilder(pool.name());
        append(text, LEVEL, pool.level().number());
        append(text, SHARE, pool.share());
        if (pool.level() == RaidLevel.RAID_50 && spans(pool, devices) != 0) {
            append(text, SPANS, spans(pool, devices));
        }
        if (pool.unitBlocks() != PoolConfig.of(pool.name(), pool.level(), pool.share()).unitBlocks()) {
            append(text, UNIT, pool.unitBlocks() * BLOCK_BYTES);
        }
        if (pool.maxSegments() != 0) {
            append(text, SEGMENTS, pool.maxSegments());
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String attribute, int value) {
        text.append(' ').append(attribute).append('=').append(value);
    }
}
