package io.batonfs.bench.transport;

/** What is asked of a server. */
public enum Operation {
    /** The message comes back. */
    ECHO,
    /** Bytes of the server's file come into the client's memory. */
    READ,
    /** Bytes of the client's memory go into the server's. Answered when they are all there. */
    WRITE
}
