package io.batonfs.transport.verbs;

import java.io.Closeable;

/** Connections are being taken at an address, until this is closed. Thread-safe. */
public interface Listening extends Closeable {

    /** The address that peers connect to, in the wire's terms: a port left to the wire to choose is filled in. */
    String address();
}
