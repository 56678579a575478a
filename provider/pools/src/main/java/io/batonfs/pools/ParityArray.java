package io.batonfs.pools;

import io.batonfs.pools.raid.ParityCodec;
import io.batonfs.pools.raid.RotatingParity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * RAID 5, 50 and 6. Rows are only ever written whole, so parity is always computed from what is being written and never
 * from what is read. On each device the units of a span's consecutive rows lie together: several rows are one read or
 * write per device.
 */
final class ParityArray implements BlockArray {
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;
    private static final int ALL_SPANS = -1;

    private final RotatingParity geometry;
    private final ParityCodec codec;
    private final MemberAccess members;
    private final LongAdder mended;
    private final long dataOffset;
    private final int unitBytes;
    private final int devices;
    private final int dataUnits;
    private final int rowMembers;
    /** Data units and P: a missing Q leaves enough to find data without it, so who wants data does not compute it. */
    private final long withoutQ;
    /** Rows that are read or written at once. */
    private final int wideRows;

    ParityArray(PoolLayout layout, MemberAccess members, LongAdder mended) {
        this.geometry = (RotatingParity) layout.geometry();
        this.codec = ParityCodec.of(geometry.parities());
        this.members = members;
        this.mended = mended;
        this.dataOffset = layout.dataOffset();
        this.unitBytes = geometry.unitBlocks() * BLOCK;
        this.devices = geometry.devices();
        this.dataUnits = geometry.dataUnits();
        this.rowMembers = geometry.spanDevices();
        this.withoutQ = -1L >>> Long.SIZE - 1 - dataUnits;
        this.wideRows = Math.max(1, Scratch.WIDE_BYTES / (devices * unitBytes)) * geometry.spans();
    }

    /**
     * Rows that follow one another, in a buffer that holds what lies together on each device in one piece. Each thread
     * has one, as it has one such buffer, so that a read does not allocate it: the next call of {@link #wide} ends it.
     */
    private static final class Wide {
        private static final ThreadLocal<Wide> OWN = ThreadLocal.withInitial(Wide::new);

        /** The first row. */
        private long row;
        /** How many there are. */
        private int rows;
        /** Most rows that one device holds of them. */
        private int depth;
        private ByteBuffer bytes;
    }

    private Wide wide(long row, int rows) {
        Wide wide = Wide.OWN.get();
        wide.row = row;
        wide.rows = rows;
        wide.depth = (rows + geometry.spans() - 1) / geometry.spans();
        wide.bytes = Scratch.wide(devices * wide.depth * unitBytes);
        return wide;
    }

    /** Where a member of one of the rows, counted from 0, lies in the buffer. */
    private int at(Wide wide, int index, int member) {
        int device = geometry.memberDevice(wide.row + index, member);
        return (device * wide.depth + index / geometry.spans()) * unitBytes;
    }

    /** Bytes that a device holds of the rows. */
    private int partBytes(Wide wide, int device) {
        int rows = wide.rows - firstIndex(wide, device);
        return rows <= 0 ? 0 : (rows + geometry.spans() - 1) / geometry.spans() * unitBytes;
    }

    /** What a device holds of the rows, or null if it is nothing. */
    private ByteBuffer part(Wide wide, int device) {
        int bytes = partBytes(wide, device);
        return bytes == 0 ? null : wide.bytes.slice(device * wide.depth * unitBytes, bytes);
    }

    /** Reads what a device holds of the rows; true also if that is nothing. Allocates nothing. */
    private boolean tryReadPart(Wide wide, int device) {
        int bytes = partBytes(wide, device);
        if (bytes == 0) {
            return true;
        }
        int start = device * wide.depth * unitBytes;
        boolean done = tryRead(device, partOffset(wide, device), wide.bytes.limit(start + bytes).position(start));
        wide.bytes.clear();
        return done;
    }

    private long partOffset(Wide wide, int device) {
        return dataOffset + geometry.rowDeviceBlock(wide.row + firstIndex(wide, device)) * BLOCK;
    }

    /** The first of the rows that lies in a device's span. */
    private int firstIndex(Wide wide, int device) {
        return Math.floorMod(device / rowMembers - wide.row, geometry.spans());
    }

    @Override
    public Unread read(long block, int count, ByteBuffer destination) {
        Unread unread = null;
        long at = block;
        int rest = count;
        int rowBlocks = geometry.rowBlocks();
        while (rest > 0) {
            int rows = at % rowBlocks == 0 ? Math.min(wideRows, rest / rowBlocks) : 0;
            int done = Math.min(rest, geometry.contiguous(at));
            Unread here;
            if (rows > 1) {
                here = readRows(at / rowBlocks, rows, destination, ALL_SPANS);
                done = rows * rowBlocks;
            } else {
                here = readTogether(at, done, destination);
            }
            unread = unread == null ? here : unread;
            at += done;
            rest -= done;
        }
        return unread;
    }

    @Override
    public void mendUnread(Unread unread, ByteBuffer sound) throws IOException {
        int member = geometry.member(row(unread.block()), unread.device());
        if (member < dataUnits) {
            mend(unread.device(), offset(unread.block()), sound.slice(0, BLOCK));
            return;
        }
        byte[][] strips = Scratch.strips(rowMembers);
        for (int unit = 0; unit < dataUnits; unit++) {
            sound.get(unit * BLOCK, strips[unit], 0, BLOCK);
        }
        codec.encode(strips, dataUnits, BLOCK);
        mend(unread.device(), offset(unread.block()), ByteBuffer.wrap(strips[member], 0, BLOCK));
    }

    @Override
    public boolean recover(long block, int checkedBytes, int crc, ByteBuffer into, List<String> reasons)
            throws IOException {
        int own = geometry.device(block);
        boolean ownRead = false;
        try {
            members.read(own, offset(block), into.clear().limit(BLOCK));
            ownRead = true;
            if (Checksums.crc(into, 0, checkedBytes) == crc) {
                return true;
            }
            reasons.add(members.name(own) + ": checksum does not agree");
        } catch (IOException e) {
            reasons.add(members.name(own) + ": " + e.getMessage());
        }
        byte[][] strips = Scratch.strips(rowMembers);
        int member = geometry.member(row(block), own);
        long missing = load(block, 1L << member, rowMembers, strips, reasons);
        if (Long.bitCount(missing) > geometry.parities()) {
            members.damaged(own, offset(block));
            return false;
        }
        ByteBuffer found = ByteBuffer.wrap(strips[member], 0, BLOCK);
        codec.recover(strips, dataUnits, missing, BLOCK);
        int culprit = -1;
        if (Checksums.crc(found, 0, checkedBytes) != crc) {
            reasons.add("what parity and the other devices give does not agree with the checksum either");
            culprit = findCulprit(missing, strips, () -> Checksums.crc(found, 0, checkedBytes) == crc);
            if (culprit < 0) {
                members.damaged(own, offset(block));
                return false;
            }
        }
        if (ownRead && zeros(into, checkedBytes, BLOCK) && !lostSectors(into, strips[member], checkedBytes)) {
            // The checksum does not vouch for these bytes, and what another member has there may be wrong as well.
            // Behind the end of a segment that was never cut a row is written as zeros, so zeros that were read are
            // more to be believed, unless zeros are what this device has in place of sectors that it lost.
            Arrays.fill(strips[member], checkedBytes, BLOCK, (byte) 0);
        }
        into.put(0, strips[member], 0, BLOCK);
        mend(own, offset(block), ByteBuffer.wrap(strips[member], 0, BLOCK));
        if (culprit >= 0 && checkedBytes == BLOCK) {
            // Only this member's being wrong explains the checksum, for every byte of the block.
            mend(geometry.memberDevice(row(block), culprit), offset(block), ByteBuffer.wrap(strips[culprit], 0, BLOCK));
        }
        return true;
    }

    /** Whether a checked part of a sector was read as zeros and should be something else. */
    private static boolean lostSectors(ByteBuffer read, byte[] sound, int checkedBytes) {
        for (int at = 0; at < checkedBytes; at += JournalFormat.SECTOR_BYTES) {
            int until = Math.min(checkedBytes, at + JournalFormat.SECTOR_BYTES);
            if (zeros(read, at, until) && !zeros(ByteBuffer.wrap(sound), at, until)) {
                return true;
            }
        }
        return false;
    }

    private static boolean zeros(ByteBuffer block, int from, int until) {
        for (int i = from; i < until; i++) {
            if (block.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** What tells sound bytes. */
    private interface Check {
        boolean passes();
    }

    /**
     * While a parity is to spare, another member may be wrong without its device's saying so: each in turn is taken for
     * missing too.
     *
     * @return the one without which the check passes, its strip now sound; -1 if there is none
     */
    private int findCulprit(long missing, byte[][] strips, Check check) {
        if (Long.bitCount(missing) == geometry.parities()) {
            return -1;
        }
        for (int suspect = 0; suspect < rowMembers; suspect++) {
            if ((missing & 1L << suspect) == 0) {
                byte[] before = strips[suspect].clone();
                codec.recover(strips, dataUnits, missing | 1L << suspect, BLOCK);
                if (check.passes()) {
                    return suspect;
                }
                System.arraycopy(before, 0, strips[suspect], 0, BLOCK);
            }
        }
        return -1;
    }

    private void mend(int device, long offset, ByteBuffer sound) throws IOException {
        boolean tried = members.mend(device, offset, sound);
        // A device that would not take it has left the pool by now.
        mended.add(tried && members.online(device) ? 1 : 0);
    }

    @Override
    public void writeRows(long row, ByteBuffer data) throws IOException {
        int rowBytes = geometry.rowBlocks() * BLOCK;
        long at = row;
        while (data.hasRemaining()) {
            Wide wide = wide(at, Math.min(wideRows, data.remaining() / rowBytes));
            for (int i = 0; i < wide.rows; i++) {
                compose(wide, i, data);
            }
            for (int device = 0; device < devices; device++) {
                ByteBuffer part = part(wide, device);
                if (part != null) {
                    members.writeData(device, partOffset(wide, device), part);
                }
            }
            at += wide.rows;
        }
    }

    /** Puts one row and its parities into the devices' parts of a wide buffer. */
    private void compose(Wide wide, int index, ByteBuffer data) {
        byte[][] strips = Scratch.strips(rowMembers);
        for (int inUnit = 0; inUnit < unitBytes; inUnit += BLOCK) {
            for (int unit = 0; unit < dataUnits; unit++) {
                data.get(data.position() + unit * unitBytes + inUnit, strips[unit], 0, BLOCK);
            }
            codec.encode(strips, dataUnits, BLOCK);
            for (int member = 0; member < rowMembers; member++) {
                wide.bytes.put(at(wide, index, member) + inUnit, strips[member], 0, BLOCK);
            }
        }
        data.position(data.position() + dataUnits * unitBytes);
    }

    @Override
    public boolean agrees(long row) throws IOException {
        Wide wide = wide(row, 1);
        long missing = 0;
        for (int member = 0; member < rowMembers; member++) {
            int device = geometry.memberDevice(row, member);
            if (members.online(device)) {
                members.read(device, partOffset(wide, device), part(wide, device));
            } else {
                missing |= 1L << member;
            }
        }
        if (Long.bitCount(missing) >= geometry.parities()) {
            return true;
        }
        byte[][] strips = Scratch.strips(rowMembers);
        for (int inUnit = 0; inUnit < unitBytes; inUnit += BLOCK) {
            for (int member = 0; member < rowMembers; member++) {
                wide.bytes.get(at(wide, 0, member) + inUnit, strips[member], 0, BLOCK);
            }
            codec.recover(strips, dataUnits, missing, BLOCK);
            byte[][] parities = new byte[geometry.parities()][];
            for (int parity = 0; parity < parities.length; parity++) {
                parities[parity] = strips[dataUnits + parity].clone();
            }
            codec.encode(strips, dataUnits, BLOCK);
            for (int parity = 0; parity < parities.length; parity++) {
                if (!Arrays.equals(parities[parity], strips[dataUnits + parity])) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public BitSet scan(long row, int rows, ByteBuffer data) {
        BitSet suspects = new BitSet();
        for (int done = 0; done < rows;) {
            Wide wide = wide(row + done, Math.min(wideRows, rows - done));
            long absent = 0;
            long failed = 0;
            for (int device = 0; device < devices; device++) {
                ByteBuffer part = part(wide, device);
                if (part != null && inUse(device)) {
                    failed |= tryRead(device, partOffset(wide, device), part) ? 0 : 1L << device;
                } else {
                    absent |= 1L << device;
                }
            }
            for (int i = 0; i < wide.rows; i++) {
                boolean agrees = scanRow(wide, i, absentMembers(row + done + i, absent | failed), data);
                if (!agrees || absentMembers(row + done + i, failed) != 0) {
                    suspects.set(done + i);
                }
            }
            done += wide.rows;
        }
        return suspects;
    }

    /** Gives a row's data, as far as can be, and says whether all that its redundancy can tell agrees with them. */
    private boolean scanRow(Wide wide, int index, long missing, ByteBuffer data) {
        byte[][] strips = Scratch.strips(rowMembers);
        int start = data.position();
        // With more missing, the buffer may still hold what an earlier scan found there.
        boolean agrees = Long.bitCount(missing) <= geometry.parities();
        for (int inUnit = 0; inUnit < unitBytes; inUnit += BLOCK) {
            for (int member = 0; member < rowMembers; member++) {
                wide.bytes.get(at(wide, index, member) + inUnit, strips[member], 0, BLOCK);
            }
            if (missing != 0 && Long.bitCount(missing) <= geometry.parities()) {
                codec.recover(strips, dataUnits, missing, BLOCK);
            }
            for (int unit = 0; unit < dataUnits; unit++) {
                data.put(start + unit * unitBytes + inUnit, strips[unit], 0, BLOCK);
            }
            if (Long.bitCount(missing) < geometry.parities()) {
                codec.encode(strips, dataUnits, BLOCK);
                agrees &= paritiesEqual(wide, index, inUnit, missing, strips);
            }
        }
        data.position(start + dataUnits * unitBytes);
        return agrees;
    }

    private boolean paritiesEqual(Wide wide, int index, int inUnit, long missing, byte[][] strips) {
        for (int member = dataUnits; member < rowMembers; member++) {
            if ((missing & 1L << member) == 0 && !wide.bytes.slice(at(wide, index, member) + inUnit, BLOCK)
                    .equals(ByteBuffer.wrap(strips[member], 0, BLOCK))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void settle(long row, ByteBuffer data) throws IOException {
        int absent = 0;
        for (int member = 0; member < rowMembers; member++) {
            absent += inUse(geometry.memberDevice(row, member)) ? 0 : 1;
        }
        if (absent > geometry.parities()) {
            return;
        }
        byte[][] strips = Scratch.strips(rowMembers);
        for (int inUnit = 0; inUnit < unitBytes; inUnit += BLOCK) {
            for (int unit = 0; unit < dataUnits; unit++) {
                data.get(unit * unitBytes + inUnit, strips[unit], 0, BLOCK);
            }
            codec.encode(strips, dataUnits, BLOCK);
            long offset = dataOffset + geometry.rowDeviceBlock(row) * BLOCK + inUnit;
            for (int member = 0; member < rowMembers; member++) {
                ByteBuffer sound = ByteBuffer.wrap(strips[member], 0, BLOCK);
                settleMember(geometry.memberDevice(row, member), offset, sound);
            }
        }
    }

    private boolean inUse(int device) {
        return members.online(device);
    }

    private void settleMember(int device, long offset, ByteBuffer sound) throws IOException {
        ByteBuffer present = Scratch.otherBlock();
        if (inUse(device) && (!tryRead(device, offset, present) || !present.flip().equals(sound))) {
            mend(device, offset, sound);
        }
    }

    @Override
    public boolean holds(long row, int device) {
        return row % geometry.spans() == device / rowMembers;
    }

    @Override
    public double bytesPerRow() {
        return (double) unitBytes / geometry.spans();
    }

    @Override
    public void readHeldBy(int device, long row, int rows, ByteBuffer data) {
        for (int done = 0; done < rows;) {
            int together = Math.min(wideRows, rows - done);
            readRows(row + done, together, data, device / rowMembers);
            done += together;
        }
    }

    @Override
    public long writeHeldBy(int device, long row, int rows, ByteBuffer data, BitSet lost) throws IOException {
        long written = 0;
        int rowBlocks = geometry.rowBlocks();
        for (int done = 0; done < rows;) {
            Wide wide = wide(row + done, Math.min(wideRows, rows - done));
            ByteBuffer part = part(wide, device);
            int unknown = lost.nextSetBit(done * rowBlocks);
            if (part != null && (unknown < 0 || unknown >= (done + wide.rows) * rowBlocks)) {
                composePart(wide, device, data, done);
                written += part.remaining();
                members.writeData(device, partOffset(wide, device), part);
            } else if (part != null) {
                written += writeKnown(wide, device, data, done, lost);
            }
            done += wide.rows;
        }
        return written;
    }

    /** Puts what one device holds of rows into its part of a wide buffer. */
    private void composePart(Wide wide, int device, ByteBuffer data, int firstRow) {
        byte[][] strips = Scratch.strips(rowMembers);
        for (int i = firstIndex(wide, device); i < wide.rows; i += geometry.spans()) {
            int member = geometry.member(wide.row + i, device);
            int from = (firstRow + i) * dataUnits * unitBytes;
            for (int inUnit = 0; inUnit < unitBytes; inUnit += BLOCK) {
                for (int unit = 0; unit < dataUnits; unit++) {
                    if (member >= dataUnits || unit == member) {
                        data.get(from + unit * unitBytes + inUnit, strips[unit], 0, BLOCK);
                    }
                }
                if (member >= dataUnits) {
                    codec.encode(strips, dataUnits, BLOCK);
                }
                wide.bytes.put(at(wide, i, member) + inUnit, strips[member], 0, BLOCK);
            }
        }
    }

    /** Writes those blocks that one device holds of rows which depend on nothing that is lost. */
    private long writeKnown(Wide wide, int device, ByteBuffer data, int firstRow, BitSet lost) throws IOException {
        composePart(wide, device, data, firstRow);
        long written = 0;
        for (int i = firstIndex(wide, device); i < wide.rows; i += geometry.spans()) {
            int member = geometry.member(wide.row + i, device);
            for (int inUnit = 0; inUnit < unitBytes; inUnit += BLOCK) {
                boolean known = true;
                for (int unit = 0; unit < dataUnits; unit++) {
                    int block = (firstRow + i) * geometry.rowBlocks() + (unit * unitBytes + inUnit) / BLOCK;
                    known &= !lost.get(block) || member < dataUnits && unit != member;
                }
                if (known) {
                    long offset = dataOffset + geometry.rowDeviceBlock(wide.row + i) * BLOCK + inUnit;
                    members.writeData(device, offset, wide.bytes.slice(at(wide, i, member) + inUnit, BLOCK));
                    written += BLOCK;
                }
            }
        }
        return written;
    }

    /**
     * Reads rows of all spans or of one.
     *
     * @param span the span whose rows are wanted, or {@link #ALL_SPANS}
     * @return as {@link #read}
     */
    private Unread readRows(long row, int rows, ByteBuffer destination, int span) {
        Wide wide = wide(row, rows);
        long absent = 0;
        for (int device = 0; device < devices; device++) {
            if (span != ALL_SPANS && device / rowMembers != span) {
                continue;
            }
            if (!tryReadPart(wide, device)) {
                absent |= 1L << device;
            }
        }
        for (int i = 0; i < rows; i++) {
            long missing = missing(row + i, absent);
            if (missing != 0 && Long.bitCount(missing) <= geometry.parities()) {
                recoverRow(wide, i, missing);
            }
            for (int unit = 0; unit < dataUnits; unit++) {
                destination.put(destination.position(), wide.bytes, at(wide, i, unit), unitBytes);
                destination.position(destination.position() + unitBytes);
            }
        }
        return absent == 0 ? null : tellUnread(wide, absent);
    }

    /** Those of absent devices that are in use did not give theirs; the first block that was found, or null. */
    private Unread tellUnread(Wide wide, long absent) {
        Unread unread = null;
        for (int device = 0; device < devices; device++) {
            if ((absent & 1L << device) != 0 && inUse(device)) {
                long place = members.unreadable(device, partOffset(wide, device), partBytes(wide, device) / BLOCK);
                if (unread == null && place != Unread.NOWHERE) {
                    unread = unread(wide, device, place - partOffset(wide, device));
                }
            }
        }
        return unread;
    }

    /** The block in a device's part of rows that were read, all of them. */
    private Unread unread(Wide wide, int device, long inPart) {
        long row = wide.row + firstIndex(wide, device) + inPart / unitBytes * geometry.spans();
        long block = row * geometry.rowBlocks() + inPart % unitBytes / BLOCK;
        int member = geometry.member(row, device);
        return member < dataUnits
                ? Unread.data(device, block + (long) member * geometry.unitBlocks(), true)
                : new Unread(device, block, geometry.unitBlocks(), dataUnits, true);
    }

    /** The members of a row that lie on absent devices; none if they are parities only, which no reader needs. */
    private long missing(long row, long absent) {
        long missing = absentMembers(row, absent);
        return (missing & (1L << dataUnits) - 1) != 0 ? missing : 0;
    }

    private long absentMembers(long row, long absent) {
        long missing = 0;
        for (int member = 0; absent != 0 && member < rowMembers; member++) {
            missing |= (absent & 1L << geometry.memberDevice(row, member)) != 0 ? 1L << member : 0;
        }
        return missing;
    }

    /** Computes the missing data of a row in a wide buffer. */
    private void recoverRow(Wide wide, int index, long missing) {
        byte[][] strips = Scratch.strips(rowMembers);
        for (int inUnit = 0; inUnit < unitBytes; inUnit += BLOCK) {
            for (int member = 0; member < rowMembers; member++) {
                if ((missing & 1L << member) == 0) {
                    wide.bytes.get(at(wide, index, member) + inUnit, strips[member], 0, BLOCK);
                }
            }
            codec.recover(strips, dataUnits, missing & withoutQ, BLOCK);
            for (int unit = 0; unit < dataUnits; unit++) {
                if ((missing & 1L << unit) != 0) {
                    wide.bytes.put(at(wide, index, unit) + inUnit, strips[unit], 0, BLOCK);
                }
            }
        }
    }

    private Unread readTogether(long block, int count, ByteBuffer destination) {
        Unread unread = null;
        int start = destination.position();
        int limit = destination.limit();
        destination.limit(start + count * BLOCK);
        int device = geometry.device(block);
        if (!tryRead(device, offset(block), destination)) {
            for (int i = 0; i < count; i++) {
                rebuild(block + i, device, destination.slice(start + i * BLOCK, BLOCK));
            }
            if (inUse(device)) {
                // What was computed passes its check, so nobody would find out about these.
                long place = members.unreadable(device, offset(block), count);
                unread = place == Unread.NOWHERE ? null : Unread.data(device, block + (place - offset(block)) / BLOCK, true);
            }
        }
        destination.limit(limit).position(start + count * BLOCK);
        return unread;
    }

    /** Computes a block without its own device, if the others allow it. */
    private void rebuild(long block, int own, ByteBuffer into) {
        byte[][] strips = Scratch.strips(rowMembers);
        int member = geometry.member(row(block), own);
        long missing = load(block, 1L << member, dataUnits, strips, new ArrayList<>());
        if (Long.bitCount(missing) <= geometry.parities()) {
            codec.recover(strips, dataUnits, missing & withoutQ, BLOCK);
            into.put(0, strips[member], 0, BLOCK);
        }
    }

    /**
     * Reads the blocks that stand beside a block in its row.
     *
     * @param without members not to read
     * @param enough  how many will do
     * @return members whose strips were not filled
     */
    private long load(long block, long without, int enough, byte[][] strips, List<String> reasons) {
        long missing = without;
        int found = 0;
        for (int member = 0; member < rowMembers; member++) {
            if ((without & 1L << member) != 0) {
                continue;
            }
            int device = geometry.memberDevice(row(block), member);
            try {
                if (found < enough) {
                    readStrip(device, block, strips[member]);
                    found++;
                    continue;
                }
            } catch (IOException e) {
                reasons.add(members.name(device) + ": " + e.getMessage());
                members.damaged(device, offset(block));
            }
            missing |= 1L << member;
        }
        return missing;
    }

    private void readStrip(int device, long block, byte[] strip) throws IOException {
        ByteBuffer bytes = Scratch.otherBlock();
        members.read(device, offset(block), bytes);
        bytes.get(0, strip, 0, BLOCK);
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

    private long row(long block) {
        return block / geometry.rowBlocks();
    }

    /** The same on all devices of the block's row. */
    private long offset(long block) {
        return dataOffset + geometry.deviceBlock(block) * BLOCK;
    }
}
