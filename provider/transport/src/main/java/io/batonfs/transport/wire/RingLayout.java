package io.batonfs.transport.wire;

/**
 * Where things are in the file that the two ends of a shared-memory connection have mapped, version 2. Little-endian;
 * counters and sequences count modulo 2^32.
 *
 * <pre>
 *      0  "BATONRNG" | 8 version | 12 slots | 16 area bytes   by the listening end, for whoever looks at a dump
 *   1024  words of the listening end; each line of 128 bytes has one writer, but the last
 *           +0  u64 taken (low half), delivered (high half)   slots freed for the peer; messages that have arrived
 *           +8  u32 ending                                    0; 1 GOODBYE; 2 and more: REFUSAL, and why
 *         +128  u32 room wanted                               1: the peer rings when it has taken something
 *         +256  u32 asleep                                    set by this end before it sleeps, cleared by who rings
 *   2048  words of the connecting end, the same
 *   4096  slots of the listening end ({@link RingSlot}, 128 bytes each), which it fills and the other empties
 *         slots of the connecting end
 *         area of the listening end: bytes that its slots speak of
 *         area of the connecting end
 * </pre>
 *
 * All but the header is zero in the beginning. Lines are of 128 bytes since processors fetch two of 64 at a time.
 *
 * @param slots     of each end, a power of two in {@value #MIN_SLOTS}..{@value #MAX_SLOTS}: so slots fill whole pages
 * @param areaBytes of each end, a multiple of 4096 up to 2^28
 */
record RingLayout(int slots, int areaBytes) {
    static final int PAGE_BYTES = 4096;
    static final int MIN_SLOTS = PAGE_BYTES / RingSlot.BYTES;
    /** So that the 16 bits of a slot can say which of them were delivered. */
    static final int MAX_SLOTS = 1 << 14;
    static final int MAX_AREA_BYTES = 1 << 28;
    static final int VERSION = 2;
    static final long MAGIC = 0x474e524e4f544142L;
    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = MAGIC_OFFSET + 8;
    static final int SLOTS_OFFSET = VERSION_OFFSET + 4;
    static final int AREA_OFFSET = SLOTS_OFFSET + 4;

    private static final int WORDS_OFFSET = 1024;
    private static final int WORDS_BYTES = 1024;
    private static final int LINE_BYTES = 128;

    static boolean isValid(int slots, int areaBytes) {
        return slots >= MIN_SLOTS && slots <= MAX_SLOTS && Integer.bitCount(slots) == 1
                && areaBytes >= PAGE_BYTES && areaBytes <= MAX_AREA_BYTES && areaBytes % PAGE_BYTES == 0;
    }

    RingLayout {
        check(slots, areaBytes);
    }

    /** @throws IllegalArgumentException if such rings can't be */
    static void check(int slots, int areaBytes) {
        if (!isValid(slots, areaBytes)) {
            throw new IllegalArgumentException("rings of " + slots + " slots and " + areaBytes + " bytes: slots must be"
                    + " a power of two in " + MIN_SLOTS + ".." + MAX_SLOTS + ", bytes a multiple of " + PAGE_BYTES
                    + " up to " + MAX_AREA_BYTES);
        }
    }

    /** {@code taken} and {@code delivered} in one word. */
    int said(RingEnd end) {
        return WORDS_OFFSET + end.ordinal() * WORDS_BYTES;
    }

    int ending(RingEnd end) {
        return said(end) + 8;
    }

    int roomWanted(RingEnd end) {
        return said(end) + LINE_BYTES;
    }

    int asleep(RingEnd end) {
        return said(end) + 2 * LINE_BYTES;
    }

    int slot(RingEnd end, int number) {
        return PAGE_BYTES + (end.ordinal() * slots + (number & slots - 1)) * RingSlot.BYTES;
    }

    /** Header, words and slots: what every connection uses. */
    int controlBytes() {
        return PAGE_BYTES + 2 * slots * RingSlot.BYTES;
    }

    int area(RingEnd end) {
        return controlBytes() + end.ordinal() * areaBytes;
    }

    int totalBytes() {
        return controlBytes() + 2 * areaBytes;
    }
}
