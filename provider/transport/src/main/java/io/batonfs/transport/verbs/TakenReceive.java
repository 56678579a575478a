package io.batonfs.transport.verbs;

/** The receive that a message has taken up. Filled again and again; owned by the thread that delivers the message. */
final class TakenReceive {
    long id;
    MemoryRegion region;
    int offset;
    int length;

    void set(long requestId, MemoryRegion memory, int at, int bytes) {
        id = requestId;
        region = memory;
        offset = at;
        length = bytes;
    }
}
