package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.DeviceOrigin;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.StorageCheck;
import io.batonfs.server.PoolName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether anything is on devices of a set that is not to be opened.
 *
 * @param group  the group that they are of
 * @param server the server
 */
record SetContents(GroupId group, ServerId server) {
    private static final Logger LOG = LoggerFactory.getLogger(SetContents.class);

    /** Tells the names of a set's pools from all others' of its server. */
    static Predicate<String> isPoolOf(int number) {
        return pool -> PoolName.of(pool).set() == number;
    }

    /** Whether a device says that it is one of a set. */
    boolean isOf(DeviceOrigin origin, int number) {
        return origin.group().equals(group) && origin.server().equals(server)
                && origin.pools().stream().anyMatch(isPoolOf(number));
    }

    /**
     * Opens a device if it says that it is one of a set.
     *
     * @return empty if it says something else, or nothing
     * @throws IOException if it can't be opened, or not be read where it would say it
     */
    Optional<FileBlockDevice> openOwn(Path path, int number) throws IOException {
        FileBlockDevice device = FileBlockDevice.open(path);
        try {
            if (isOwn(device, number)) {
                return Optional.of(device);
            }
        } catch (IOException | RuntimeException | Error e) {
            device.close();
            throw e;
        }
        device.close();
        return Optional.empty();
    }

    /** As {@link #openOwn}, of one that is open and stays so. */
    boolean isOwn(BlockDevice device, int number) throws IOException {
        FailureNote noted = new FailureNote(device);
        if (DeviceOrigin.of(noted).filter(origin -> isOf(origin, number)).isPresent()) {
            return true;
        }
        if (noted.failure != null) {
            throw new IOException("what it is can't be read: " + noted.failure.getMessage(), noted.failure);
        }
        return false;
    }

    /** Remembers that reading has failed, where who reads takes that for nothing there. Used by one thread. */
    private static final class FailureNote implements BlockDevice {
        private final BlockDevice device;
        private IOException failure;

        private FailureNote(BlockDevice device) {
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
            try {
                device.read(offset, destination);
            } catch (IOException e) {
                failure = e;
                throw e;
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
            device.close();
        }
    }

    /** Closes one that was opened too late for anybody. */
    static void close(FileBlockDevice late) {
        try {
            late.close();
        } catch (IOException e) {
            LOG.warn("{} can't be closed", late, e);
        }
    }

    /**
     * Whether all pools of a set can be looked at, and nothing is in them.
     *
     * @throws BatonException DATA_LOST if that can't be told
     */
    boolean isEmpty(List<? extends BlockDevice> found) throws IOException {
        try (StorageCheck check = StorageCheck.open(found, group, server, false)) {
            if (check.pools().stream().anyMatch(pool -> !pool.segments().isEmpty())) {
                return false;
            }
            if (check.pools().size() < DeviceOrigin.of(found.get(0)).orElseThrow().pools().size()) {
                throw new BatonException(ErrorCode.DATA_LOST, check.problems().toString());
            }
            return true;
        } catch (BatonException e) {
            throw e;
        } catch (IOException e) {
            throw new BatonException(ErrorCode.DATA_LOST, e.toString(), e);
        }
    }
}
