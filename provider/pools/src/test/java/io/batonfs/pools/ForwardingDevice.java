package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Does as another device does; tests override what shall be otherwise. */
public class ForwardingDevice implements BlockDevice {
    /** The other one. */
    protected final BlockDevice device;
    private volatile int gathered = Integer.MAX_VALUE;

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

    /** Fails each write of several sources from now on once so many of them are written. Any thread may. */
    public final void failGathered(int sources) {
        gathered = sources;
    }

    /** By one write each, which tests override. */
    @Override
    public void write(long offset, ByteBuffer[] sources) throws IOException {
        long at = offset;
        for (int i = 0; i < sources.length; i++) {
            if (i == gathered) {
                throw new IOException("device " + name() + ": only " + i + " of " + sources.length + " sources were written");
            }
            int bytes = sources[i].remaining();
            write(at, sources[i]);
            at += bytes;
        }
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
