package io.batonfs.transport.verbs;

/** Kinds of work requests and of completions. */
public enum WorkOpcode {
    /** A message that takes up one posted receive of the peer. */
    SEND,
    /** Bytes put into the peer's memory; the peer is not told. */
    RDMA_WRITE,
    /** As {@link #RDMA_WRITE}, then a completion at the peer that carries 32 bits and takes up one posted receive. */
    RDMA_WRITE_WITH_IMMEDIATE,
    /** Completion only: a posted receive got a message. */
    RECEIVE,
    /** Completion only: a posted receive was taken up by an RDMA write with immediate data. */
    RECEIVE_WITH_IMMEDIATE,
    /** Completion only: the connection is gone; the last completion that a queue pair gives to its receive queue. */
    DISCONNECT
}
