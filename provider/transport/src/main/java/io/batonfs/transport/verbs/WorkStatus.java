package io.batonfs.transport.verbs;

/** How a work request ended. All but {@link #SUCCESS} end the connection. */
public enum WorkStatus {
    SUCCESS,
    /** A receive buffer was too short for the message (told to the receiver). */
    LOCAL_LENGTH_ERROR,
    /** A region of this side's request is no longer registered, of another domain, or lacks the right. */
    LOCAL_PROTECTION_ERROR,
    /** The message was too long for the peer's receive buffer (told to the sender). */
    REMOTE_INVALID_REQUEST,
    /** The peer's memory handle, bounds or rights do not allow the RDMA write. */
    REMOTE_ACCESS_ERROR,
    /** The peer could not take the message for a reason of its own, such as a deregistered receive buffer. */
    REMOTE_OPERATION_ERROR,
    /** The peer had no receive posted. The message was not delivered. */
    RECEIVER_NOT_READY,
    /** Posted, and given back unused because the connection ended. */
    FLUSHED,
    /** The peer is gone. The message was not delivered, or nobody can say. */
    DISCONNECTED
}
