package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.util.concurrent.atomic.LongAdder;

/**
 * The shared-memory wire of a client, which most often is on another host than its servers: it costs a look at the file
 * system until a server has been found here, and has threads only from then on. Whoever offers this wire first and
 * another next (LW-1) goes by memory where that works, and by the other wherever it does not, for whatever reason.
 * Thread-safe; what is opened is guarded by this object.
 *
 * <p>A server is on this host if its listener's socket is where the server says: its address names the instance, so that
 * a server of the same name here, on a copy of its host or in another container, is not taken for it.
 */
public final class SameHostWire implements Wire, Closeable {
    private final SharedMemoryWireConfig config;
    private final LongAdder passedOver = new LongAdder();
    private volatile SharedMemoryWire wire;
    private boolean closed;

    /** A wire that has opened nothing yet. */
    public SameHostWire(SharedMemoryWireConfig config) {
        this.config = config;
    }

    @Override
    public String providerName() {
        return SharedMemoryWire.PROVIDER;
    }

    @Override
    public boolean carriesImmediate() {
        return true;
    }

    /** @throws UnsupportedOperationException always: it is for clients */
    @Override
    public Listening listen(String address, Acceptor acceptor) {
        throw new UnsupportedOperationException("a client's shared-memory wire takes no connections: listen with a"
                + " SharedMemoryWire");
    }

    @Override
    public WireLink connect(String address, WireEndpoint local) throws IOException {
        SharedMemoryAddress target = SharedMemoryAddress.parse(config.baseDirectory(), address);
        // Also if it is in a directory that this user may not go into.
        if (!Files.exists(target.socket())) {
            throw new ConnectException("the server is not on this host, or its shared memory is not for this user: there"
                    + " is no " + target.socket() + " to be seen");
        }
        try {
            return opened().connect(address, local);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            passedOver.increment();
            throw e;
        } catch (UnsupportedOperationException e) {
            passedOver.increment();
            throw new IOException("this platform has no Unix sockets that tell whose they are", e);
        }
    }

    private synchronized SharedMemoryWire opened() throws IOException {
        if (closed) {
            throw new IOException("the shared-memory wire is closed");
        }
        if (wire == null) {
            wire = new SharedMemoryWire(config);
        }
        return wire;
    }

    /** Of the connections made; none as long as nothing has been opened. */
    @Override
    public long faultsSeen() {
        SharedMemoryWire opened = wire;
        return opened == null ? 0 : opened.faultsSeen();
    }

    @Override
    public boolean lend(Errand errand) {
        SharedMemoryWire opened = wire;
        return opened != null && opened.lend(errand);
    }

    /** Connections to servers of this host that could not be made, for want of memory, say, or of the right user. */
    public long passedOver() {
        return passedOver.sum();
    }

    /** As {@link SharedMemoryWire#close}, if there is something to close. */
    @Override
    public void close() {
        SharedMemoryWire ending;
        synchronized (this) {
            closed = true;
            ending = wire;
        }
        if (ending != null) {
            ending.close();
        }
    }
}
