package io.batonfs.pools;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lays out the pools of a new set on its devices, and writes superblocks and empty pools. Stateless. */
final class SetFormatting {
    private static final Logger LOG = LoggerFactory.getLogger(SetFormatting.class);

    private SetFormatting() {
    }

    /** As {@link StorageSet#format}. */
    static void format(StorageSetConfig config, List<? extends BlockDevice> devices, GroupId group, ServerId server,
            RandomGenerator random) throws IOException {
        List<PoolLayout> layouts = plan(config, devices.stream().map(BlockDevice::sizeBytes).toList());
        UUID setId = new UUID(random.nextLong(), random.nextLong());
        Superblock block = Superblock.ofNew(group, setId, server, layouts);
        BlockDevice[] array = devices.toArray(new BlockDevice[0]);
        for (PoolLayout layout : layouts) {
            if (layout.rowsThatFit() > layout.rows()) {
                LOG.warn("pool {} can use {} of the {} bytes of user data that its share of the devices would hold; "
                        + "give it a smaller share and the rest to another pool", layout.name(),
                        layout.rows() * layout.rowBytes(), layout.rowsThatFit() * layout.rowBytes());
            }
            PoolMembers members = new PoolMembers(layout, array, new String[array.length], new FormattingRecorder(array),
                    Runnable::run);
            new PoolRecovery(layout, members, ForcePolicy.BY_CALLER).format(firstCheckpoint(setId));
        }
        for (int i = 0; i < array.length; i++) {
            DeviceRoll.write(array[i], block.forDevice(i, array[i].sizeBytes(), block.marks()));
        }
    }

    /** Nothing becomes of a device that is being formatted but that it fails. */
    private record FormattingRecorder(BlockDevice[] devices) implements OutRecorder {
        @Override
        public long recordOut(int device, String reason) throws IOException {
            throw new IOException("device " + devices[device].name() + " failed while it was formatted: " + reason);
        }

        @Override
        public long recordSuccessorOut(int device, Successor ended) {
            throw new UnsupportedOperationException("nobody has a successor while devices are formatted");
        }

        @Override
        public void recordIn(int device) {
            throw new UnsupportedOperationException("nothing is rebuilt while devices are formatted");
        }

        @Override
        public void handOverNow(int device, String reason) {
            throw new UnsupportedOperationException("nobody has a successor while devices are formatted");
        }
    }

    /** Random, above 0, and so low that it can be counted up from for ever. */
    private static long firstCheckpoint(UUID setId) {
        return 1 + (setId.getLeastSignificantBits() & 0xFFFF_FFFFFFL);
    }

    /** As {@link StorageSet#checkPlan}; where the pools lie. */
    static List<PoolLayout> plan(StorageSetConfig config, List<Long> sizesBytes) {
        long smallest = Collections.min(sizesBytes);
        long usable = (smallest - 2 * StorageSet.MARGIN_BYTES) / PoolLayout.BLOCK_BYTES;
        int shares = config.pools().stream().mapToInt(PoolConfig::share).sum();
        List<PoolLayout> layouts = new ArrayList<>();
        long start = StorageSet.MARGIN_BYTES;
        for (PoolConfig pool : config.pools()) {
            long end = start + usable * pool.share() / shares * PoolLayout.BLOCK_BYTES;
            layouts.add(PoolLayout.plan(pool, sizesBytes.size(), start, end));
            start = end;
        }
        return layouts;
    }
}
