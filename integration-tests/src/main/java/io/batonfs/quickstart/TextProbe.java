package io.batonfs.quickstart;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Passes a stream on, counts it, and finds out whether all of it is UTF-8 text without NULs. One thread at a time. */
final class TextProbe extends FilterInputStream {
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final CharBuffer chars = CharBuffer.allocate(1 << 13);
    /** Bytes of a character that the last read cut in two: at most 3. */
    private final ByteBuffer carried = ByteBuffer.allocate(8);
    private long bytes;
    private boolean text = true;

    TextProbe(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int n = super.read(buffer, offset, length);
        if (n > 0) {
            bytes += n;
            probe(ByteBuffer.wrap(buffer, offset, n));
        }
        return n;
    }

    /** Bytes read so far. */
    long bytes() {
        return bytes;
    }

    /** Whether what was read so far is text, with no character cut off at its end. */
    boolean isText() {
        return text && carried.position() == 0;
    }

    private void probe(ByteBuffer piece) {
        while (text && piece.hasRemaining()) {
            if (carried.position() == 0) {
                decode(piece);
                carried.put(piece);
            } else {
                carried.put(piece.get());
                carried.flip();
                decode(carried);
                carried.compact();
            }
        }
    }

    /** Decodes what is whole; the start of an unfinished character stays in the buffer. */
    private void decode(ByteBuffer piece) {
        CoderResult result;
        do {
            chars.clear();
            result = decoder.decode(piece, chars, false);
            chars.flip();
            text = !result.isError() && chars.chars().noneMatch(c -> c == 0);
        } while (text && result.isOverflow());
        if (!text) {
            piece.position(piece.limit());
        }
    }
}
