package io.batonfs.transport.wire;

/**
 * Where a fault comes up that an earlier access to mapped memory has met, because its file was cut short or its file
 * system is full. HotSpot throws the InternalError for that not at the access, if that was compiled, but when the
 * thread next enters the virtual machine from Java code in one of a few ways, which may be long after. Native methods
 * are none of them (tried on JDK 17: holdsLock, yield, sleep, interrupted, notify, parking, reflection); copying an
 * array whose elements don't fit is. It takes some microseconds: so this is for looking now and then, and for finding
 * out whose memory it is.
 */
final class FaultBarrier {
    private static final Object[] NO_NUMBER = {"not a number"};

    private FaultBarrier() {
    }

    /** @throws InternalError if an access of this thread has met a fault that it was not told of */
    static void pass() {
        try {
            System.arraycopy(NO_NUMBER, 0, new Integer[1], 0, 1);
        } catch (ArrayStoreException e) {
            // As it must be.
            return;
        }
        throw new IllegalStateException("a string is no number");
    }
}
