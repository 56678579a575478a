package io.batonfs.fs.distcp;

import io.batonfs.fs.BatonFileSystem;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.tools.DistCpConstants;
import org.apache.hadoop.tools.DistCpOptionSwitch;

/**
 * A task's configuration under which {@code baton://} paths resolve to {@link OffloadFileSystem}s that belong to one
 * {@link OffloadSession}, and under which bytes that don't exist are neither throttled nor passed in small pieces.
 */
final class OffloadConfiguration extends Configuration {
    private static final String IMPLEMENTATION = "fs." + BatonFileSystem.SCHEME + ".impl";

    /**
     * No throttle, in MB/s: more than Long.MAX_VALUE bytes. To distcp's throttle a stream that is read within the
     * millisecond of its opening runs at that rate, and each such file would sleep 50 ms.
     */
    private static final float UNTHROTTLED_MB = 1e13f;

    private final OffloadSession session;

    /** A copy with the changes; without the file system cache, because the cached ones are the real ones. */
    OffloadConfiguration(Configuration original, OffloadSession session) {
        super(original);
        this.session = session;
        setClass(IMPLEMENTATION, OffloadFileSystem.class, FileSystem.class);
        setBoolean(IMPLEMENTATION + ".disable.cache", true);
    }

    /** What file systems made under this configuration report to. */
    OffloadSession session() {
        return session;
    }

    @Override
    public float getFloat(String name, float defaultValue) {
        if (name.equals(DistCpConstants.CONF_LABEL_BANDWIDTH_MB) && session != null && session.hasPassed()) {
            return UNTHROTTLED_MB;
        }
        return super.getFloat(name, defaultValue);
    }

    @Override
    public int getInt(String name, int defaultValue) {
        int configured = super.getInt(name, defaultValue);
        if (name.equals(DistCpOptionSwitch.COPY_BUFFER_SIZE.getConfigLabel()) && session != null) {
            return session.bufferBytes(configured);
        }
        return configured;
    }
}
