package io.batonfs.catalog.ratis;

/**
 * Tries whether a thread's stack has room for what must not end in the middle. Callers' threads put commands into
 * Ratis' log themselves; a {@link StackOverflowError} there could leave an entry in the file that the log in memory
 * does not have, or its locks and counts as they never should be. A caller may come with a stack as deep as it likes:
 * it is told so before anything is touched.
 */
final class StackRoom {
    /** Putting a command into the log takes some 40 calls, of 100 to 250 bytes each while interpreted: 10 KiB. */
    static final int BYTES = 24 << 10;
    /**
     * What a call takes: eight numbers, which it needs after the next call and so leaves on the stack, and four places
     * for arguments and the way back. Up to four times that until it is compiled.
     */
    private static final int BYTES_OF_A_CALL = 12 * Long.BYTES;

    private StackRoom() {
    }

    /**
     * Returns if there is room.
     *
     * @throws StackOverflowError if not
     */
    static void ensure() {
        deeper(BYTES / BYTES_OF_A_CALL, 1, 2, 3, 4, 5, 6, 7, 8);
    }

    /** What comes back is mixed with all numbers, so that none can be done with before the call. */
    private static long deeper(int calls, long a, long b, long c, long d, long e, long f, long g, long h) {
        if (calls == 0) {
            return a;
        }
        long back = deeper(calls - 1, b + 1, c, d, e, f, g, h, a);
        return (back ^ a) * (back ^ b) + (back ^ c) * (back ^ d) + (back ^ e) * (back ^ f) + (back ^ g) * (back ^ h);
    }
}
