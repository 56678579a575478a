package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;

/** What an endpoint is given when its connection has broken before it was made: everything ends as DISCONNECTED. */
final class DeadLink implements WireLink {
    private final WireEndpoint own;

    DeadLink(WireEndpoint own) {
        this.own = own;
    }

    @Override
    public boolean transmit(WorkRequest request) {
        own.transmitted(WorkStatus.DISCONNECTED);
        return true;
    }

    @Override
    public void flush() {
        own.peerGone();
        own.ring();
    }

    @Override
    public void close() {
        // There is nothing to close.
    }
}
