package io.batonfs.server.local;

import io.batonfs.model.GroupId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * At a group's start makes devices blank that a formatting which was cut short has left ({@link FormerDevices}), on a thread
 * of its own, so that one that does not answer keeps nobody from the group. There is no thread if there are none.
 *
 * <p>Made, awaited and closed by the thread that opens and closes the group. After {@link #close} no further device is begun
 * and the list stays, for the next start. The one that is being looked at is not given up: it is locked until it answers, and
 * nothing on it is zeroed that is not the former group's, whoever may have opened this one by then.
 */
final class FormerDevicesAtStart implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(FormerDevicesAtStart.class);
    private static final long CLOSE_WAITS_MS = 1000;

    private final GroupFiles files;
    private final FormerDevices former;
    private final GroupId is;
    private final List<Path> now;
    private final DeviceUse use;
    /** Null if there is nothing to do. */
    private final Thread thread;
    private volatile boolean ended;

    /**
     * Begins.
     *
     * @param is  the group that is there now
     * @param now its devices
     * @param use asked before anything on a device is zeroed
     */
    FormerDevicesAtStart(GroupFiles files, GroupId is, List<Path> now, DeviceUse use, ThreadFactory daemons) {
        this.files = files;
        this.former = FormerDevices.left(files);
        this.is = is;
        this.now = now;
        this.use = use;
        if (former.equals(FormerDevices.NONE)) {
            thread = null;
        } else {
            thread = daemons.newThread(this::run);
            thread.start();
        }
    }

    private void run() {
        try {
            List<FormerDevices.Device> again = former.giveBack(is, now, use, () -> !ended, LOG::warn);
            // Else it may be that of whoever has the directory by now.
            if (!ended) {
                former.keepOnly(files, again);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} stays; the next start looks at the devices that it names once more", files.formerDevices(), e);
        }
    }

    /** Waits until it is done, but not for long; an interrupted thread does not wait. */
    void await(long mostMs) {
        if (!hasEnded(mostMs)) {
            LOG.warn("Devices of a former group do not answer; the start goes on, and they are made blank meanwhile: {}",
                    former.devices().stream().map(FormerDevices.Device::path).toList());
        }
    }

    private boolean hasEnded(long mostMs) {
        if (thread == null) {
            return true;
        }
        try {
            TimeUnit.MILLISECONDS.timedJoin(thread, Math.max(1, mostMs));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    /** It ends after the device that it is at, or at the next start. */
    @Override
    public void close() {
        ended = true;
        if (!hasEnded(CLOSE_WAITS_MS)) {
            LOG.warn("Devices of a former group still do not answer; {} stays, and the next start goes on",
                    files.formerDevices());
        }
    }
}
