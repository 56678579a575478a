package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The device that has a place and the one that is to have it next, as one: both get what is written and both are forced,
 * and the former alone is read. A failure says which of them failed ({@link TwinFailure}); the other has got all by then.
 *
 * <p>Only a place that has a successor has one of these, so others pay nothing for it. Thread-safe; whoever made it closes
 * the devices.
 */
final class TwinDevice implements BlockDevice {
    private final BlockDevice serving;
    private final Successor successor;
    private final ForceFailures forces;

    /** What failed of a pair; null for what did not. */
    static final class TwinFailure extends IOException {
        private static final long serialVersionUID = 1;

        private final transient IOException serving;
        private final transient IOException successor;

        TwinFailure(IOException serving, IOException successor) {
            super((serving == null ? successor : serving).getMessage(), serving == null ? successor : serving);
            this.serving = serving;
            this.successor = successor;
        }

        IOException serving() {
            return serving;
        }

        IOException successor() {
            return successor;
        }
    }

    private interface Work {
        void on(BlockDevice device) throws IOException;
    }

    /** @param forces of the set */
    TwinDevice(BlockDevice serving, Successor successor, ForceFailures forces) {
        this.serving = serving;
        this.successor = successor;
        this.forces = forces;
    }

    /** The device that is read, of a pair; any other device is that itself. */
    static BlockDevice serving(BlockDevice device) {
        return device instanceof TwinDevice twin ? twin.serving : device;
    }

    /** The device that gets what is written beside it. */
    BlockDevice successor() {
        return successor.device();
    }

    @Override
    public String name() {
        return serving.name();
    }

    @Override
    public long sizeBytes() {
        return serving.sizeBytes();
    }

    @Override
    public void read(long offset, ByteBuffer destination) throws IOException {
        serving.read(offset, destination);
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
        both(device -> device.write(offset, source.duplicate()));
        source.position(source.limit());
    }

    /** Each of the two gets all of them, whatever the other one does. */
    @Override
    public void write(long offset, ByteBuffer[] sources) throws IOException {
        both(device -> {
            ByteBuffer[] its = new ByteBuffer[sources.length];
            for (int i = 0; i < its.length; i++) {
                its[i] = sources[i].duplicate();
            }
            device.write(offset, its);
        });
        for (ByteBuffer source : sources) {
            source.position(source.limit());
        }
    }

    @Override
    public void force() throws IOException {
        both(device -> {
            if (device == successor.device()) {
                successor.force();
            } else {
                forces.force(device);
            }
        });
    }

    private void both(Work work) throws IOException {
        IOException first = failure(work, serving);
        // Of one that has failed nothing is wanted any more, and it may not answer.
        IOException second = successor.failure().isPresent() ? null : failure(work, successor.device());
        if (second != null) {
            // At once: other pools must not count on it while this one waits to say so.
            successor.fail(second.getMessage() == null ? second.toString() : second.getMessage());
        } else if (successor.failure().isPresent()) {
            // Of another pool or a superblock: what was written here may be lost too.
            second = new IOException(successor.failure().get());
        }
        if (first != null || second != null) {
            throw new TwinFailure(first, second);
        }
    }

    private static IOException failure(Work work, BlockDevice device) {
        try {
            work.on(device);
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("the set closes both devices of a place");
    }
}
