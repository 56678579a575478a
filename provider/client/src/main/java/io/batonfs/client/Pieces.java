package io.batonfs.client;

import io.batonfs.model.PageGeometry;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Pieces: what block boundaries leave of a transfer; each has a CRC32C of its own on the wire (LW-17). */
final class Pieces {

    private Pieces() {
    }

    /** How many pieces a transfer has. */
    static int count(PageGeometry geometry, long address, int lengthBytes) {
        return geometry.blocksTouched(address, lengthBytes);
    }

    /**
     * Compares bytes, from position to limit, with the checksums that came with them.
     *
     * @param address volume address of the first byte
     * @return offset of the first piece that differs, relative to the position, or -1 if all are right
     */
    static int firstWrong(PageGeometry geometry, long address, ByteBuffer bytes, int[] pieceCrcs) {
        int[] actual = of(geometry, address, bytes);
        for (int piece = 0; piece < actual.length; piece++) {
            if (actual[piece] != pieceCrcs[piece]) {
                int inBlock = (int) (address & (geometry.blockBytes() - 1));
                return piece == 0 ? 0 : piece * geometry.blockBytes() - inBlock;
            }
        }
        return -1;
    }

    /** The checksums of bytes, from position to limit. */
    static int[] of(PageGeometry geometry, long address, ByteBuffer bytes) {
        int[] crcs = new int[count(geometry, address, bytes.remaining())];
        CRC32C crc = new CRC32C();
        ByteBuffer rest = bytes.duplicate();
        int end = bytes.limit();
        int position = bytes.position();
        int inBlock = (int) (address & (geometry.blockBytes() - 1));
        for (int piece = 0; piece < crcs.length; piece++) {
            int length = Math.min(geometry.blockBytes() - inBlock, end - position);
            rest.limit(position + length).position(position);
            crc.reset();
            crc.update(rest);
            crcs[piece] = (int) crc.getValue();
            position += length;
            inBlock = 0;
        }
        return crcs;
    }
}
