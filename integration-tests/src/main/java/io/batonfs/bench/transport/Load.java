package io.batonfs.bench.transport;

/**
 * What a client keeps going.
 *
 * @param operation   what is asked for
 * @param lengthBytes of each request; {@link Frame#BYTES} to 4 MiB, a power of two
 * @param connections of the client, all driven by one thread
 * @param outstanding requests of each connection that are under way at any moment
 * @param walkedBytes of the server's file that is read one length after the other, and of the client's memory; as much
 *                    as a request if it is less: then the bytes are always the same, and hot
 */
public record Load(Operation operation, int lengthBytes, int connections, int outstanding, long walkedBytes) {

    /** Of the same bytes again and again. */
    public static Load hot(Operation operation, int lengthBytes, int connections, int outstanding) {
        return new Load(operation, lengthBytes, connections, outstanding, lengthBytes);
    }

    /** Checks the ranges. */
    public Load {
        if (lengthBytes < Frame.BYTES || lengthBytes > ServedFile.SEGMENT_BYTES || Integer.bitCount(lengthBytes) != 1) {
            throw new IllegalArgumentException("requests of " + lengthBytes + " bytes: a power of two from "
                    + Frame.BYTES + " to " + ServedFile.SEGMENT_BYTES + " is wanted");
        }
        if (connections < 1 || outstanding < 1) {
            throw new IllegalArgumentException(connections + " connections with " + outstanding
                    + " requests each: both must be at least 1");
        }
    }

    /** Requests' worth of memory for each connection. */
    int chunksOfConnection() {
        return (int) Math.max(outstanding, walkedBytes / lengthBytes / connections);
    }

    /** Requests' worth of the server's file. */
    long chunksOfFile() {
        return Math.max(1, walkedBytes / lengthBytes);
    }
}
