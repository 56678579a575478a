package io.batonfs.pools;

import java.io.IOException;

/** Makes durable what becomes of a device of a pool. */
interface OutRecorder {

    /**
     * It is out, and is not being rebuilt (any more).
     *
     * @return devices that are out as well, because they could not be told; bit i is device i
     */
    long recordOut(int device, String reason) throws IOException;

    /**
     * The successor of a device is none any more.
     *
     * @return as {@link #recordOut}
     */
    long recordSuccessorOut(int device, Successor ended) throws IOException;

    /** It is a full member again. */
    void recordIn(int device) throws IOException;

    /**
     * A device failed that the pool can't spare, or not besides those that can't be told so, and its successor has all of the
     * pool: so that one has the place at once, if the other pools allow. Called without the lock of the pool's
     * {@link PoolMembers}, as those of the other pools are needed too. When it returns that is so, or nothing of this pool has
     * changed.
     */
    void handOverNow(int device, String reason) throws IOException;
}
