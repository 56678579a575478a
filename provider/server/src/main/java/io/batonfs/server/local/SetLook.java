package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ServerId;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.server.OpenParts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether there are data on a set that is noted as empty. That takes as long as it takes: who does not wait for the answer
 * gets it when asking again. A device that does not answer in the midst of it is left out of the next look, and the others are
 * closed under the one that waits for it, so that they can be used.
 *
 * <p>{@link #hasData} is called by one thread at a time; {@link #holds} by any.
 */
final class SetLook {
    private static final Logger LOG = LoggerFactory.getLogger(SetLook.class);

    private final SetContents contents;
    private final DeviceUse use;
    private final DeviceTries tries;
    private final String name;
    private final int number;
    /** Those that did not answer in the midst of a look. */
    private final Set<Path> leftOut = new HashSet<>();
    /** Devices that a look has open, by their paths. */
    private final Map<Path, Watched> open = new ConcurrentHashMap<>();
    /** The answer that came when nobody waited. */
    private volatile Optional<Boolean> late = Optional.empty();

    SetLook(SetContents contents, DeviceUse use, DeviceTries tries, ServerId server, int number) {
        this.contents = contents;
        this.use = use;
        this.tries = tries;
        this.name = "set " + number + " of " + server;
        this.number = number;
    }

    /**
     * Whether there is something in a pool that can be looked at.
     *
     * @throws IOException if that is not known yet; the same call goes on
     */
    boolean hasData(List<Path> paths) throws IOException {
        Optional<Boolean> before = late;
        late = Optional.empty();
        if (before.isPresent()) {
            return before.get();
        }
        List<Path> asked = paths.stream().filter(path -> !leftOut.contains(path)).toList();
        // Another key: the one that hangs is under way as long as its device does not answer.
        String key = name + (leftOut.isEmpty() ? "" : " without " + leftOut);
        int devicesLeftOut = leftOut.size();
        try {
            return tries.askOfSeveral(key, its -> look(asked), answer -> keep(answer, devicesLeftOut)).get();
        } catch (DeviceTries.SilentException e) {
            List<Path> silent = tries.isClosed() ? List.of() : leaveOutSilent();
            throw silent.isEmpty() ? e : new IOException(silent + " did not answer in the midst of that; it is looked at without");
        }
    }

    /** Not of one that was given up. */
    private synchronized void keep(boolean answer, int devicesLeftOut) {
        if (devicesLeftOut == leftOut.size()) {
            late = Optional.of(answer);
        }
    }

    /** Whether a look waits for a device, which can't be used until it answers. */
    boolean holds(Path path) {
        return open.containsKey(path);
    }

    private List<Path> leaveOutSilent() {
        // One that hung in an earlier look is still open, and no reason to give this one up.
        List<Path> silent = open.entrySet().stream().filter(each -> each.getValue().isSilent()).map(Map.Entry::getKey)
                .filter(path -> !leftOut.contains(path)).toList();
        if (!silent.isEmpty()) {
            synchronized (this) {
                leftOut.addAll(silent);
            }
            LOG.warn("{}: {} did not answer when its pools were looked at", name, silent);
            // What is under way on one of them may keep its end waiting.
            tries.ask(open.keySet().stream().filter(path -> !leftOut.contains(path)).toList(), this::close, nobodys -> { });
        }
        return silent;
    }

    private boolean close(Path path) throws IOException {
        Watched device = open.get(path);
        if (device != null) {
            device.closedUnderLook = true;
            device.close();
        }
        return true;
    }

    private boolean look(List<Path> paths) throws IOException {
        List<Watched> found = new ArrayList<>();
        try (OpenParts opened = new OpenParts()) {
            Map<Path, DeviceTries.Answer<Optional<FileBlockDevice>>> answers =
                    tries.ask(paths, path -> contents.openOwn(path, number), device -> device.ifPresent(SetContents::close));
            answers.forEach((path, answer) -> {
                try {
                    answer.get().ifPresent(device -> found.add(opened.add(new Watched(path, use.through(device)))));
                } catch (IOException e) {
                    LOG.debug("{}: {} is not looked at", name, path, e);
                }
            });
            if (tries.isClosed()) {
                throw new IOException("the server is ending");
            }
            return !found.isEmpty() && !contents.isEmpty(found);
        } catch (BatonException e) {
            if (found.stream().anyMatch(device -> device.closedUnderLook)) {
                throw new IOException("looking at " + name + " was given up", e);
            }
            // All of its pools were seen to be empty before it was noted.
            LOG.info("{}: what is left of it can't be looked at: {}", name, e.getMessage());
            return false;
        }
    }

    /** Tells how long an operation on it has been under way. Used by one thread at a time, but for {@link #isSilent}. */
    private final class Watched implements BlockDevice {
        private static final long NONE = 0;

        private final Path path;
        private final BlockDevice device;
        private volatile long sinceNs = NONE;
        /** Then what can't be looked at says nothing of the set. */
        private volatile boolean closedUnderLook;

        private Watched(Path path, BlockDevice device) {
            this.path = path;
            this.device = device;
            open.put(path, this);
        }

        private boolean isSilent() {
            long since = sinceNs;
            return since != NONE && System.nanoTime() - since >= TimeUnit.MILLISECONDS.toNanos(tries.patienceMs());
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
            sinceNs = System.nanoTime() | 1;
            try {
                device.read(offset, destination);
            } finally {
                sinceNs = NONE;
            }
        }

        @Override
        public void write(long offset, ByteBuffer source) {
            throw new UnsupportedOperationException("who looks at " + device.name() + " writes nothing to it");
        }

        @Override
        public void force() {
            throw new UnsupportedOperationException("who looks at " + device.name() + " writes nothing to it");
        }

        @Override
        public void close() throws IOException {
            try {
                device.close();
            } finally {
                open.remove(path, this);
            }
        }
    }
}
