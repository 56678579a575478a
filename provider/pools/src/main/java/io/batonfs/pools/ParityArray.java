package io.batonfs.pools;

import io.batonfs.pools.raid.RotatingParity;
import io.batonfs.pools.raid.Xor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * RAID 5. Rows are only ever written whole, so parity is always computed from what is being written and never from what
 * is read. On each device the units of consecutive rows lie together: several rows are one read or write per device.
 */
final class ParityArray implements BlockArray {
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;

    private final RotatingParity geometry;
    private final PoolMembers members;
    private final LongAdder mended;
    private final long dataOffset;
    private final int unitBytes;
    private final int devices;
    /** Rows that are read or written at once. */
    private final int wideRows;

    ParityArray(PoolLayout layout, PoolMembers members, LongAdder mended) {
        this.geometry = (RotatingParity) layout.geometry();
        this.members = members;
        this.mended = mended;
        this.dataOffset = layout.dataOffset();
        this.unitBytes = geometry.unitBlocks() * BLOCK;
        this.devices = geometry.devices();
        this.wideRows = Math.max(1, Scratch.WIDE_BYTES / (devices * unitBytes));
    }

    @Override
    public void read(long block, int count, ByteBuffer destination) {
        long at = block;
        int rest = count;
        int rowBlocks = geometry.rowBlocks();
        while (rest > 0) {
            int rows = at % rowBlocks == 0 ? Math.min(wideRows, rest / rowBlocks) : 0;
            int done = Math.min(rest, geometry.contiguous(at));
            if (rows > 1) {
                readRows(at / rowBlocks, rows, destination);
                done = rows * rowBlocks;
            } else {
                readTogether(at, done, destination);
            }
            at += done;
            rest -= done;
        }
    }

    @Override
    public boolean recover(long block, int checkedBytes, int crc, ByteBuffer into, List<String> reasons)
            throws IOException {
        int own = geometry.device(block);
        try {
            members.read(own, offset(block), into.clear().limit(BLOCK));
            if (Checksums.crc(into, 0, checkedBytes) == crc) {
                return true;
            }
            reasons.add(members.name(own) + ": checksum does not agree");
        } catch (IOException e) {
            reasons.add(members.name(own) + ": " + e.getMessage());
        }
        if (!rebuild(block, own, into, reasons)) {
            return false;
        }
        if (Checksums.crc(into, 0, checkedBytes) != crc) {
            reasons.add("what parity and the other devices give does not agree with the checksum either");
            return false;
        }
        if (members.online(own)) {
            members.mend(own, offset(block), into.duplicate().clear().limit(BLOCK));
            mended.increment();
        }
        return true;
    }

    @Override
    public void writeRows(long row, ByteBuffer data) throws IOException {
        int rowBytes = geometry.rowBlocks() * BLOCK;
        long at = row;
        while (data.hasRemaining()) {
            int rows = Math.min(wideRows, data.remaining() / rowBytes);
            ByteBuffer wide = Scratch.wide(devices * rows * unitBytes);
            for (int i = 0; i < rows; i++) {
                compose(at + i, i, rows, data, wide);
            }
            for (int device = 0; device < devices; device++) {
                members.writeData(device, offset(at * geometry.rowBlocks()),
                        wide.slice(device * rows * unitBytes, rows * unitBytes));
            }
            at += rows;
        }
    }

    @Override
    public boolean agrees(long row) throws IOException {
        ByteBuffer sum = ByteBuffer.allocateDirect(unitBytes);
        ByteBuffer unit = ByteBuffer.allocateDirect(unitBytes);
        for (int device = 0; device < devices; device++) {
            if (!members.online(device)) {
                return true;
            }
            members.read(device, offset(row * geometry.rowBlocks()), unit.clear());
            Xor.into(sum, 0, unit, 0, unitBytes);
        }
        while (sum.hasRemaining()) {
            if (sum.get() != 0) {
                return false;
            }
        }
        return true;
    }

    /** Puts one row and its parity into the devices' parts of a wide buffer. */
    private void compose(long row, int index, int rows, ByteBuffer data, ByteBuffer wide) {
        int parityAt = (geometry.memberDevice(row, devices - 1) * rows + index) * unitBytes;
        for (int unit = 0; unit < devices - 1; unit++) {
            int unitAt = (geometry.memberDevice(row, unit) * rows + index) * unitBytes;
            wide.put(unitAt, data, data.position(), unitBytes);
            if (unit == 0) {
                wide.put(parityAt, data, data.position(), unitBytes);
            } else {
                Xor.into(wide, parityAt, wide, unitAt, unitBytes);
            }
            data.position(data.position() + unitBytes);
        }
    }

    private void readRows(long row, int rows, ByteBuffer destination) {
        int partBytes = rows * unitBytes;
        ByteBuffer wide = Scratch.wide(devices * partBytes);
        int absent = -1;
        for (int device = 0; device < devices; device++) {
            if (!tryRead(device, offset(row * geometry.rowBlocks()), wide.slice(device * partBytes, partBytes))) {
                absent = device;
            }
        }
        if (absent >= 0) {
            int first = absent == 0 ? 1 : 0;
            wide.put(absent * partBytes, wide, first * partBytes, partBytes);
            for (int device = first + 1; device < devices; device++) {
                if (device != absent) {
                    Xor.into(wide, absent * partBytes, wide, device * partBytes, partBytes);
                }
            }
        }
        for (int i = 0; i < rows; i++) {
            for (int unit = 0; unit < devices - 1; unit++) {
                int unitAt = (geometry.memberDevice(row + i, unit) * rows + i) * unitBytes;
                destination.put(destination.position(), wide, unitAt, unitBytes);
                destination.position(destination.position() + unitBytes);
            }
        }
    }

    private void readTogether(long block, int count, ByteBuffer destination) {
        int start = destination.position();
        int limit = destination.limit();
        destination.limit(start + count * BLOCK);
        int device = geometry.device(block);
        if (!tryRead(device, offset(block), destination)) {
            for (int i = 0; i < count; i++) {
                ByteBuffer into = destination.slice(start + i * BLOCK, BLOCK);
                rebuild(block + i, device, into, new java.util.ArrayList<>());
            }
        }
        destination.limit(limit).position(start + count * BLOCK);
    }

    /** Computes a block from all devices but its own. */
    private boolean rebuild(long block, int own, ByteBuffer into, List<String> reasons) {
        ByteBuffer other = Scratch.otherBlock();
        boolean first = true;
        for (int device = 0; device < devices; device++) {
            if (device == own) {
                continue;
            }
            try {
                members.read(device, offset(block), other.clear());
            } catch (IOException e) {
                reasons.add(members.name(device) + ": " + e.getMessage());
                return false;
            }
            if (first) {
                into.put(0, other, 0, BLOCK);
                first = false;
            } else {
                Xor.into(into, 0, other, 0, BLOCK);
            }
        }
        return true;
    }

    private boolean tryRead(int device, long offset, ByteBuffer destination) {
        if (!members.online(device)) {
            return false;
        }
        try {
            members.read(device, offset, destination);
            return true;
        } catch (IOException e) {
            // Redundancy may serve; if not, the check fails and recover() says why and acts on it.
            return false;
        }
    }

    private long offset(long block) {
        return dataOffset + geometry.deviceBlock(block) * BLOCK;
    }
}
