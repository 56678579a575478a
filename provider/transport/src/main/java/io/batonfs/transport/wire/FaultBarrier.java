package io.batonfs.transport.wire;

/**
 * Where a fault comes up that an earlier access to mapped memory has met, because its file was cut short. HotSpot goes
 * on behind the access, if that was compiled, as if nothing had been the matter, and throws the InternalError for it
 * when the thread next enters the virtual machine from Java code in one of a few ways, which may be long after and in
 * other code. Native methods are none of them; allocating an array of arrays is, whichever way it is compiled, as it
 * always goes through the virtual machine. Any thread, for itself.
 */
final class FaultBarrier {
    /** Not a constant, lest the compiler make the array itself. */
    private static volatile int none;
    private static Object last;

    private FaultBarrier() {
    }

    /** @throws InternalError if an access of this thread has met a fault that it was not told of */
    static void pass() {
        int length = none;
        last = new byte[length][length];
    }

    /** Takes note of a fault that this thread was not told of, so that it comes up nowhere else; whether there was one. */
    static boolean clear() {
        try {
            pass();
            return false;
        } catch (InternalError e) {
            return true;
        }
    }
}
