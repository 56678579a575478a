package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Does as another device does; tests override what shall be otherwise. */
public class ForwardingDevice implements BlockDevice {
    /** The other one. */
    protected final BlockDevice device;

    /** In front of another one. */
    public ForwardingDevice(BlockDevice device) {
        this.device = device;
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public long sizeBytes() {
        return device.sizeBytes();
    }

    @Override
    public void read(long offset, ByteBuffer destination) throws IOException {
        device.read(offset, destination);
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
        device.write(offset, source);
    }

    @Override
    public void force() throws IOException {
        device.force();
    }

    @Override
    public void close() throws IOException {
        device.close();
    }
}
