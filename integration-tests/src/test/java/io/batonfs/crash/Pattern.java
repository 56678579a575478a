package io.batonfs.crash;

/**
 * File contents that can be recomputed: the byte at a position follows from the content's number and the position, so
 * that bytes of another file, of another place, or zeroes are told from the right ones.
 */
public final class Pattern {
    private final long content;

    /** A content by its number. */
    public Pattern(long content) {
        this.content = content;
    }

    /** Bytes from a position on. */
    public byte[] bytes(long position, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = at(position + i);
        }
        return bytes;
    }

    /** How many bytes from the start of the array are right; its length if all are. */
    public int rightBytes(long position, byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] != at(position + i)) {
                return i;
            }
        }
        return length;
    }

    private byte at(long position) {
        long word = mix(content * 0x9E3779B97F4A7C15L + (position >>> 3));
        return (byte) (word >>> ((position & 7) << 3));
    }

    /** The finalizer of SplitMix64. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
