package io.batonfs.transport.wire;

import java.io.IOException;

/** A peer broke a rule of the shared-memory wire; its connection ends. */
final class RingViolation extends IOException {
    private static final long serialVersionUID = 1L;

    RingViolation(String message) {
        super(message);
    }
}
