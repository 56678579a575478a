package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ServerId;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.server.OpenParts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether there are data on a set that is noted as empty. That takes as long as it takes: who does not wait for the answer
 * gets it when asking again. A device that does not answer in the midst of it is left out of further looks until it does, and
 * the others are closed under the one that waits for it, so that they can be used.
 *
 * <p>That there are none is only said if every device was looked at that may have some: whatever keeps one from that, no answer,
 * an error or somebody who uses it, is no answer to this, since the others may be older copies of what it has. Nor is it one
 * that pools can't be opened. That there are data is one, whichever look has seen them, and remembered from then on.
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
    /** Those that did not answer in the midst of a look, until that has ended. */
    private final Map<Path, Look> leftOut = new HashMap<>();
    /** Looks that have begun and not ended: those that were given up wait for a device. */
    private final Set<Look> underWay = ConcurrentHashMap.newKeySet();
    /** The one that is asked until it ends or is given up; null before the first. */
    private Look current;
    /** The answer that came when nobody waited; guarded by this object's lock. */
    private Optional<Boolean> late = Optional.empty();
    /** Whether a look has seen data, whatever was looked at since. */
    private volatile boolean dataSeen;

    SetLook(SetContents contents, DeviceUse use, DeviceTries tries, ServerId server, int number) {
        this.contents = contents;
        this.use = use;
        this.tries = tries;
        this.name = "set " + number + " of " + server;
        this.number = number;
    }

    /**
     * Whether there is something in one of the pools.
     *
     * @param paths of the set's devices, as far as they are not forgotten
     * @param away  those of them where none was when the set was closed; it may be that there never is one again
     * @throws IOException if that is not known; the same call goes on, or looks once more
     */
    boolean hasData(List<Path> paths, List<Path> away) throws IOException {
        underWay.stream().filter(look -> look.givenUp).forEach(Look::closeOthers);
        if (dataSeen) {
            return true;
        }
        Optional<Boolean> before = takeLate();
        if (before.isPresent()) {
            return before.get();
        }
        if (current == null || current.ended || current.givenUp) {
            // Whoever has answered meanwhile is asked again.
            leftOut.values().removeIf(look -> look.ended);
            current = new Look(paths.stream().filter(path -> !leftOut.containsKey(path)).toList(),
                    paths.stream().filter(leftOut::containsKey).toList(), away);
        }
        Look its = current;
        try {
            boolean answer = tries.askOfSeveral(its, Look::run, this::keep).get();
            return answer || dataSeen;
        } catch (DeviceTries.SilentException e) {
            List<Path> silent = tries.isClosed() ? List.of() : its.silent();
            if (silent.isEmpty()) {
                throw e;
            }
            LOG.warn("{}: {} did not answer when its pools were looked at", name, silent);
            silent.forEach(path -> leftOut.put(path, its));
            its.giveUp(silent);
            throw new IOException(silent + " did not answer in the midst of that; it is looked at without");
        }
    }

    private synchronized Optional<Boolean> takeLate() {
        Optional<Boolean> taken = late;
        late = Optional.empty();
        return taken;
    }

    private synchronized void keep(boolean answer) {
        late = Optional.of(answer);
    }

    /** Whether there are data for sure. */
    boolean hasSeenData() {
        return dataSeen;
    }

    /**
     * Whether the last look could not see what is on a device: that did not answer, in the midst of an earlier look, and has not
     * since, or it could not be opened, or not be read. By the thread that calls {@link #hasData}.
     */
    boolean leavesOut(Path path) {
        return isSilentSince(path) || current != null && (current.without.contains(path) || current.failed.containsKey(path));
    }

    /** Whether the last look could not even open it, so that it is not known whether it could by now. By the same thread. */
    boolean couldNotOpen(Path path) {
        return !isSilentSince(path) && current != null && current.unopened.contains(path);
    }

    private boolean isSilentSince(Path path) {
        Look its = leftOut.get(path);
        return its != null && !its.ended;
    }

    /** Whether the last look saw all that there is, and its pools could not be opened with that. By the same thread. */
    boolean isUnreadable() {
        return current != null && current.unreadable;
    }

    /** Whether a look waits for a device, which can't be used until it answers. */
    boolean holds(Path path) {
        return underWay.stream().anyMatch(look -> look.open.containsKey(path));
    }

    /** One look, with the devices that it has open. Run by one thread, and given up by another. */
    private final class Look {
        private final List<Path> paths;
        private final Set<Path> away;
        /** Those of the set that do not answer, so that it is not known what is on them. */
        private final Set<Path> without = new ConcurrentSkipListSet<>();
        /** Why others of them could not be opened or read. */
        private final Map<Path, String> failed = new ConcurrentSkipListMap<>();
        /** Those of both that could not be opened. */
        private final Set<Path> unopened = new ConcurrentSkipListSet<>();
        private final Map<Path, Watched> open = new ConcurrentHashMap<>();
        private volatile boolean ended;
        private volatile boolean givenUp;
        /** Whether devices were closed while it was under way: that it saw nothing says nothing then. */
        private volatile boolean closedUnder;
        /** Those that it was given up for. */
        private volatile Set<Path> waitsFor = Set.of();
        /** Whether what there is was all looked at, and is too little to open the pools. */
        private volatile boolean unreadable;

        private Look(List<Path> paths, List<Path> without, List<Path> away) {
            this.paths = paths;
            this.without.addAll(without);
            this.away = Set.copyOf(away);
        }

        private List<Path> silent() {
            return open.entrySet().stream().filter(each -> each.getValue().isSilent()).map(Map.Entry::getKey).toList();
        }

        /** Closes the other devices, so that they can be used. */
        private void giveUp(List<Path> silent) {
            waitsFor = Set.copyOf(silent);
            closedUnder = !others().isEmpty();
            givenUp = true;
            closeOthers();
        }

        private List<Path> others() {
            return open.keySet().stream().filter(path -> !waitsFor.contains(path)).toList();
        }

        /** Once more what could not be asked for that before. */
        private void closeOthers() {
            // What is under way on one of them may keep its end waiting.
            tries.ask(others(), this::close, nobodys -> { });
        }

        private boolean close(Path path) throws IOException {
            Watched device = open.get(path);
            if (device != null) {
                device.close();
            }
            return true;
        }

        private boolean run() throws IOException {
            if (ended) {
                throw new IOException("a look at it has ended just now, and there is another one");
            }
            underWay.add(this);
            try {
                return hasData();
            } finally {
                underWay.remove(this);
                ended = true;
            }
        }

        private boolean hasData() throws IOException {
            try (OpenParts opened = new OpenParts()) {
                List<Watched> found = openAll(opened);
                if (tries.isClosed()) {
                    throw new IOException("the server is ending");
                }
                if (found.isEmpty()) {
                    checkWhole("nothing of it is found");
                    if (paths.stream().anyMatch(away::contains)) {
                        throw unreadable("nothing of it is found");
                    }
                    // At each of the paths there is something, which says that it is not this set's.
                    return false;
                }
                if (!contents.isEmpty(found)) {
                    dataSeen = true;
                    return true;
                }
                // Those that are left may be older copies of it.
                checkWhole("there are none on the others");
                return false;
            } catch (BatonException e) {
                checkWhole(e.getMessage());
                throw unreadable(e.getMessage());
            }
        }

        private IOException unreadable(String why) {
            unreadable = true;
            return new IOException("its pools can't be opened with the devices that there are: " + why + "; bring back the others,"
                    + " or have each device forgotten that is left, which stays as it is then");
        }

        /** What can't be seen without some of the devices is not known: they may give it when they answer. */
        private void checkWhole(String seen) throws IOException {
            if (closedUnder) {
                throw new IOException("it was given up: " + seen);
            }
            if (!without.isEmpty()) {
                throw new IOException("without " + without + ", which does not answer, it can't be told: " + seen);
            }
            if (!failed.isEmpty()) {
                throw new IOException("without " + failed.keySet() + " it can't be told: " + seen + "; " + failed);
            }
        }

        private List<Watched> openAll(OpenParts opened) {
            List<Watched> found = new ArrayList<>();
            Map<Path, DeviceTries.Answer<Optional<FileBlockDevice>>> answers =
                    tries.ask(paths, path -> contents.openOwn(path, number), device -> device.ifPresent(SetContents::close));
            answers.forEach((path, answer) -> {
                try {
                    answer.get().ifPresent(device -> found.add(opened.add(new Watched(path, use.through(device), this))));
                } catch (IOException e) {
                    if (e instanceof DeviceTries.SilentException || e instanceof DeviceTries.NotAskedException || holds(path)) {
                        without.add(path);
                        unopened.add(path);
                    } else if (!(e instanceof NoSuchFileException && away.contains(path))) {
                        failed.put(path, e instanceof NoSuchFileException ? "there is no such file or device"
                                : String.valueOf(e.getMessage()));
                        unopened.add(path);
                    }
                    LOG.debug("{}: {} is not looked at", name, path, e);
                }
            });
            return found;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Tells how long an operation on it has been under way. Used by one thread at a time, but for {@link #isSilent}. */
    private final class Watched implements BlockDevice {
        private static final long NONE = 0;

        private final Path path;
        private final BlockDevice device;
        private final Look look;
        private volatile long sinceNs = NONE;

        private Watched(Path path, BlockDevice device, Look look) {
            this.path = path;
            this.device = device;
            this.look = look;
            look.open.put(path, this);
        }

        private boolean isSilent() {
            long since = sinceNs;
            return since != NONE && tries.nanoTime() - since >= TimeUnit.MILLISECONDS.toNanos(tries.patienceMs());
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
            sinceNs = tries.nanoTime() | 1;
            try {
                device.read(offset, destination);
            } catch (IOException e) {
                if (!look.closedUnder) {
                    look.failed.put(path, e.toString());
                }
                throw e;
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
                look.open.remove(path, this);
            }
        }
    }
}
