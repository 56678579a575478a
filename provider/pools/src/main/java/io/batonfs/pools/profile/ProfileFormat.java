package io.batonfs.pools.profile;

import io.batonfs.pools.FormatException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.zip.CRC32C;

/**
 * A kept profile, big-endian. Regions are not in it: they follow from the samples.
 * <pre>
 *      0  magic "BATONPRF" (8)            8  version (4)            12  reserved (4)
 *     16  device size, bytes (8)         24  begun, milliseconds since 1970 (8)
 *     32  last sample, milliseconds since 1970 (8)
 *     40  seed (8)                       48  probe zones (4)        52  rounds (4)
 *     56  sequential sample, bytes (4)   60  random I/O, bytes (4)  64  I/Os of a random sample (4)
 *     68  kinds, bit i for number i (4)  72  use of the cache (4)   76  identity, bytes: n (4)
 *     80  identity, UTF-8 (n)
 *   80+n  samples by round, then zone, then number of the kind, 8 each: nanoseconds, from 1; 0 not taken yet,
 *         -1 failed, -2 nothing free to be written to, -3 given up
 *  end-4  CRC32C of all bytes before (4)
 * </pre>
 */
public final class ProfileFormat {
    static final int VERSION = 1;
    static final int VERSION_AT = 8;
    static final int CRC_BYTES = 4;

    private static final long MAGIC = 0x4241544F4E505246L;
    private static final int SIZE_AT = 16;
    private static final int BEGUN_AT = 24;
    private static final int MEASURED_AT = 32;
    private static final int SEED_AT = 40;
    private static final int ZONES_AT = 48;
    private static final int ROUNDS_AT = 52;
    private static final int SEQUENTIAL_AT = 56;
    private static final int RANDOM_BYTES_AT = 60;
    private static final int RANDOM_OPERATIONS_AT = 64;
    private static final int KINDS_AT = 68;
    private static final int CACHE_AT = 72;
    private static final int IDENTITY_LENGTH_AT = 76;
    private static final int IDENTITY_AT = 80;

    private ProfileFormat() {
    }

    /** What is kept of a profile, from position 0 to the limit. */
    public static ByteBuffer encode(DeviceProfile profile) {
        byte[] identity = profile.identity().value().getBytes(StandardCharsets.UTF_8);
        ProfileParameters parameters = profile.parameters();
        int samplesAt = IDENTITY_AT + identity.length;
        int length = samplesAt + samplesBytes(parameters.zones(), parameters.rounds()) + CRC_BYTES;
        ByteBuffer to = ByteBuffer.allocate(length);
        to.putLong(0, MAGIC).putInt(VERSION_AT, VERSION);
        to.putLong(SIZE_AT, profile.deviceSizeBytes());
        to.putLong(BEGUN_AT, profile.startedMs()).putLong(MEASURED_AT, profile.measuredMs());
        to.putLong(SEED_AT, parameters.seed());
        to.putInt(ZONES_AT, parameters.zones()).putInt(ROUNDS_AT, parameters.rounds());
        to.putInt(SEQUENTIAL_AT, parameters.sequentialBytes()).putInt(RANDOM_BYTES_AT, parameters.randomBytes());
        to.putInt(RANDOM_OPERATIONS_AT, parameters.randomOperations());
        int kinds = 0;
        for (ProbeKind kind : parameters.kinds()) {
            kinds |= 1 << kind.number();
        }
        to.putInt(KINDS_AT, kinds).putInt(CACHE_AT, profile.cache().number());
        to.putInt(IDENTITY_LENGTH_AT, identity.length).put(IDENTITY_AT, identity);
        to.position(samplesAt);
        for (int round = 0; round < parameters.rounds(); round++) {
            for (int zone = 0; zone < parameters.zones(); zone++) {
                for (ProbeKind kind : ProbeKind.values()) {
                    to.putLong(profile.samples().get(kind, round, zone));
                }
            }
        }
        return to.putInt(crc(to.duplicate().flip())).flip();
    }

    /**
     * Reads a profile.
     *
     * @param from the whole file, from position 0 to the limit
     * @param what what to call it in messages
     * @throws FormatException if it is damaged, no profile, or of another version
     */
    public static DeviceProfile decode(ByteBuffer from, String what) throws FormatException {
        if (from.limit() < Long.BYTES || from.getLong(0) != MAGIC) {
            throw new FormatException(FormatException.Kind.ABSENT, what + " is no profile of a device");
        }
        int crcAt = from.limit() - CRC_BYTES;
        if (crcAt < IDENTITY_AT || from.getInt(crcAt) != crc(from.duplicate().position(0).limit(crcAt))) {
            throw new FormatException(FormatException.Kind.DAMAGED, what + " is damaged: its checksum does not agree");
        }
        FormatException.checkVersion(what, from.getInt(VERSION_AT), VERSION);
        try {
            return decodeSound(from);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            // The checksum is that of whoever wrote it, so it was written wrong.
            FormatException wrong = new FormatException(FormatException.Kind.DAMAGED, what + " contradicts itself: "
                    + e.getMessage());
            wrong.initCause(e);
            throw wrong;
        }
    }

    private static DeviceProfile decodeSound(ByteBuffer from) {
        EnumSet<ProbeKind> kinds = EnumSet.noneOf(ProbeKind.class);
        for (ProbeKind kind : ProbeKind.values()) {
            if ((from.getInt(KINDS_AT) & 1 << kind.number()) != 0) {
                kinds.add(kind);
            }
        }
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured");
        }
        ProfileParameters parameters = new ProfileParameters(from.getInt(ZONES_AT), from.getInt(ROUNDS_AT),
                from.getInt(SEQUENTIAL_AT), from.getInt(RANDOM_BYTES_AT), from.getInt(RANDOM_OPERATIONS_AT), kinds,
                from.getLong(SEED_AT));
        int identityLength = from.getInt(IDENTITY_LENGTH_AT);
        long length = (long) IDENTITY_AT + identityLength + samplesBytes(parameters.zones(), parameters.rounds())
                + CRC_BYTES;
        if (identityLength < 1 || identityLength > DeviceIdentity.MOST_BYTES || length != from.limit()) {
            throw new IllegalArgumentException("it should have " + length + " bytes and has " + from.limit());
        }
        byte[] identity = new byte[identityLength];
        from.get(IDENTITY_AT, identity);
        DeviceProfile profile = new DeviceProfile(new DeviceIdentity(new String(identity, StandardCharsets.UTF_8)),
                from.getLong(SIZE_AT), from.getLong(BEGUN_AT), from.getLong(MEASURED_AT),
                CacheUse.ofNumber(from.getInt(CACHE_AT)), parameters,
                new SampleTable(parameters.zones(), parameters.rounds()));
        int at = IDENTITY_AT + identityLength;
        for (int round = 0; round < parameters.rounds(); round++) {
            for (int zone = 0; zone < parameters.zones(); zone++) {
                for (ProbeKind kind : ProbeKind.values()) {
                    profile.samples().set(kind, round, zone, from.getLong(at));
                    at += Long.BYTES;
                }
            }
        }
        return profile;
    }

    private static int samplesBytes(int zones, int rounds) {
        return zones * rounds * ProbeKind.values().length * Long.BYTES;
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
