package io.batonfs.transport.verbs;

/** What may be done to a memory region besides local reading, which is always allowed. */
public enum AccessRight {
    /** This side's receives may land in it. */
    LOCAL_WRITE,
    /** The peer of a connection in the same protection domain may RDMA-write into it. */
    REMOTE_WRITE
}
