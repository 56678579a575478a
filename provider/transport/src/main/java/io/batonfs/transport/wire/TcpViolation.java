package io.batonfs.transport.wire;

import java.io.IOException;

/** A peer broke a rule of the TCP wire; its connection ends. */
final class TcpViolation extends IOException {
    private static final long serialVersionUID = 1L;

    TcpViolation(String message) {
        super(message);
    }
}
