package io.batonfs.pages;

import io.batonfs.model.PageGeometry;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Checksums as a client makes them. */
final class Pieces {

    private Pieces() {
    }

    /** One CRC32C per piece of a range that begins at an offset of its page. */
    static int[] crcs(PageGeometry geometry, int offsetInPage, ByteBuffer data) {
        ByteBuffer rest = data.duplicate();
        int[] crcs = new int[geometry.blocksTouched(offsetInPage, rest.remaining())];
        int at = offsetInPage;
        for (int piece = 0; piece < crcs.length; piece++) {
            int bytes = Math.min(geometry.blockBytes() - at % geometry.blockBytes(), rest.remaining());
            CRC32C crc = new CRC32C();
            crc.update(rest.slice(rest.position(), bytes));
            rest.position(rest.position() + bytes);
            crcs[piece] = (int) crc.getValue();
            at += bytes;
        }
        return crcs;
    }
}
