package io.batonfs.bench.transport;

import java.io.Closeable;

/** A connection whose caller sends requests and then waits for their answers, which come in order. For one thread. */
interface Connection extends Closeable {

    /** Sends a request; waits for room at most, not for the answer. */
    void send(Request request) throws Exception;

    /** Waits for the answer to the oldest request, which is this one. */
    void receive(Request request) throws Exception;
}
