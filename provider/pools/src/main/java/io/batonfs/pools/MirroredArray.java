package io.batonfs.pools;

import io.batonfs.pools.raid.CopyRuns;
import io.batonfs.pools.raid.MirroredStripes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** RAID 0, 1 and 10: each block on as many devices as there are copies. Reads are spread over the copies by runs. */
final class MirroredArray implements BlockArray {
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;

    private final MirroredStripes geometry;
    private final CopyRuns runs;
    private final MemberAccess members;
    private final LongAdder mended;
    private final long dataOffset;
    private final int columns;

    MirroredArray(PoolLayout layout, MemberAccess members, LongAdder mended) {
        this.geometry = (MirroredStripes) layout.geometry();
        this.runs = CopyRuns.of(geometry, layout.dataBlocksPerDevice());
        this.members = members;
        this.mended = mended;
        this.dataOffset = layout.dataOffset();
        this.columns = geometry.devices() / geometry.copies();
    }

    /** The device that a block is read from while all is well. */
    int firstRead(long block) {
        return geometry.device(block, runs.first(block));
    }

    @Override
    public Unread read(long block, int count, ByteBuffer destination) {
        Unread unread = null;
        long at = block;
        int rest = count;
        int limit = destination.limit();
        while (rest > 0) {
            int together = Math.min(rest, geometry.contiguous(at));
            int start = destination.position();
            int first = firstOnline(at);
            boolean done = false;
            int failed = 0;
            for (int i = 0; i < geometry.copies() && !done; i++) {
                destination.limit(start + together * BLOCK).position(start);
                done = tryRead(at, (first + i) % geometry.copies(), destination);
                failed = done ? i : 0;
            }
            for (int i = 0; i < failed; i++) {
                // What was read passes its check, so nobody would find out about these.
                int device = geometry.device(at, (first + i) % geometry.copies());
                long place = members.unreadable(device, offset(at), together);
                if (unread == null && place != Unread.NOWHERE) {
                    unread = Unread.data(device, at + (place - offset(at)) / BLOCK, false);
                }
            }
            destination.limit(limit).position(start + together * BLOCK);
            at += together;
            rest -= together;
        }
        return unread;
    }

    @Override
    public void mendUnread(Unread unread, ByteBuffer sound) throws IOException {
        mend(unread.device(), unread.block(), sound.slice(0, BLOCK));
    }

    /** The copy that is tried first: of one that is out, the others have its runs in turn. */
    private int firstOnline(long block) {
        int first = runs.first(block);
        if (members.online(geometry.device(block, first))) {
            return first;
        }
        long online = 0;
        for (int copy = 0; copy < geometry.copies(); copy++) {
            online |= members.online(geometry.device(block, copy)) ? 1L << copy : 0;
        }
        return runs.instead(block, online);
    }

    @Override
    public boolean recover(long block, int checkedBytes, int crc, ByteBuffer into, List<String> reasons)
            throws IOException {
        List<Integer> bad = new ArrayList<>();
        boolean found = false;
        for (int copy = 0; copy < geometry.copies(); copy++) {
            int device = geometry.device(block, copy);
            ByteBuffer candidate = found ? Scratch.otherBlock() : into.clear().limit(BLOCK);
            try {
                members.read(device, offset(block), candidate);
                if (Checksums.crc(candidate, 0, checkedBytes) == crc) {
                    found = true;
                    continue;
                }
                reasons.add(members.name(device) + ": checksum does not agree");
            } catch (IOException e) {
                reasons.add(members.name(device) + ": " + e.getMessage());
            }
            bad.add(device);
        }
        for (int device : bad) {
            if (!found) {
                members.damaged(device, offset(block));
            } else {
                mend(device, block, into.duplicate().clear().limit(BLOCK));
            }
        }
        return found;
    }

    private void mend(int device, long block, ByteBuffer sound) throws IOException {
        boolean tried = members.mend(device, offset(block), sound);
        // A device that would not take it has left the pool by now.
        mended.add(tried && members.online(device) ? 1 : 0);
    }

    @Override
    public void writeRows(long row, ByteBuffer data) throws IOException {
        long end = row + data.remaining() / BLOCK;
        long first = row;
        for (int column = 0; column < columns && first < end; column++) {
            ByteBuffer[] units = unitsOfColumn(first, end, data, row);
            for (int copy = 0; copy < geometry.copies(); copy++) {
                for (ByteBuffer unit : units) {
                    unit.rewind();
                }
                members.writeData(geometry.device(first, copy), offset(first), units);
            }
            first += geometry.contiguous(first);
        }
        data.position(data.position() + (int) (end - row) * BLOCK);
    }

    /** What there is between two blocks of the first one's column: on its devices it lies together. */
    private ByteBuffer[] unitsOfColumn(long first, long end, ByteBuffer data, long row) {
        List<ByteBuffer> units = new ArrayList<>();
        for (long at = first; at < end;) {
            int together = (int) Math.min(end - at, columns == 1 ? Integer.MAX_VALUE : geometry.contiguous(at));
            units.add(data.slice(data.position() + (int) (at - row) * BLOCK, together * BLOCK));
            at += together + (columns - 1L) * geometry.unitBlocks();
        }
        return units.toArray(ByteBuffer[]::new);
    }

    @Override
    public boolean agrees(long row) throws IOException {
        ByteBuffer first = null;
        for (int copy = 0; copy < geometry.copies(); copy++) {
            int device = geometry.device(row, copy);
            if (members.online(device)) {
                ByteBuffer bytes = ByteBuffer.allocate(BLOCK);
                members.read(device, offset(row), bytes);
                if (first != null && !first.equals(bytes.flip())) {
                    return false;
                }
                first = bytes.rewind();
            }
        }
        return true;
    }

    @Override
    public BitSet scan(long row, int rows, ByteBuffer data) {
        BitSet suspects = new BitSet();
        for (int done = 0; done < rows;) {
            int together = Math.min(rows - done, geometry.contiguous(row + done));
            int start = data.position();
            ByteBuffer first = null;
            for (int copy = 0; copy < geometry.copies(); copy++) {
                if (!inUse(geometry.device(row + done, copy))) {
                    continue;
                }
                ByteBuffer bytesHere = first == null
                        ? data.slice(start, together * BLOCK)
                        : Scratch.wide(together * BLOCK).slice(0, together * BLOCK);
                if (!tryRead(row + done, copy, bytesHere)) {
                    suspects.set(done, done + together);
                } else if (first == null) {
                    first = bytesHere;
                } else {
                    markDifferent(first, bytesHere, done, suspects);
                }
            }
            if (first == null) {
                suspects.set(done, done + together);
            }
            data.position(start + together * BLOCK);
            done += together;
        }
        return suspects;
    }

    @Override
    public boolean holds(long row, int device) {
        return geometry.device(row) / geometry.copies() == device / geometry.copies();
    }

    @Override
    public double bytesPerRow() {
        return (double) BLOCK * geometry.copies() / geometry.devices();
    }

    @Override
    public void readHeldBy(int device, long row, int rows, ByteBuffer data) {
        for (int done = 0; done < rows;) {
            int together = Math.min(rows - done, geometry.contiguous(row + done));
            int end = data.position() + together * BLOCK;
            if (holds(row + done, device)) {
                read(row + done, together, data);
            }
            data.position(end);
            done += together;
        }
    }

    @Override
    public long writeHeldBy(int device, long row, int rows, ByteBuffer data, BitSet lost) throws IOException {
        long written = 0;
        for (int done = 0; done < rows;) {
            int together = Math.min(rows - done, geometry.contiguous(row + done));
            int unknown = lost.nextSetBit(done);
            if (unknown == done || !holds(row + done, device)) {
                done += unknown == done ? 1 : together;
                continue;
            }
            together = unknown < 0 ? together : Math.min(together, unknown - done);
            members.writeData(device, offset(row + done), data.slice(done * BLOCK, together * BLOCK));
            written += (long) together * BLOCK;
            done += together;
        }
        return written;
    }

    private boolean inUse(int device) {
        return members.online(device);
    }

    private static void markDifferent(ByteBuffer one, ByteBuffer other, int firstRow, BitSet suspects) {
        for (int at = 0; at < one.capacity(); at += BLOCK) {
            if (!one.slice(at, BLOCK).equals(other.slice(at, BLOCK))) {
                suspects.set(firstRow + at / BLOCK);
            }
        }
    }

    @Override
    public void settle(long row, ByteBuffer data) throws IOException {
        ByteBuffer sound = data.slice(0, BLOCK);
        for (int copy = 0; copy < geometry.copies(); copy++) {
            int device = geometry.device(row, copy);
            if (inUse(device)) {
                ByteBuffer present = Scratch.otherBlock();
                if (!tryRead(row, copy, present) || !present.flip().equals(sound)) {
                    mend(device, row, sound);
                }
            }
        }
    }

    private boolean tryRead(long block, int copy, ByteBuffer destination) {
        int device = geometry.device(block, copy);
        if (!members.online(device)) {
            return false;
        }
        try {
            members.read(device, offset(block), destination);
            return true;
        } catch (IOException e) {
            // The next copy may serve; if none does, the check fails and recover() says why and acts on it.
            return false;
        }
    }

    private long offset(long block) {
        return dataOffset + geometry.deviceBlock(block) * BLOCK;
    }
}
