package io.batonfs.catalog.tables;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;

/**
 * Reads what {@link ByteWriter} wrote. Bytes that end too early, or that no writer writes, are refused with
 * {@link MalformedBytesException}: never read beyond, never allocated for. Not thread-safe.
 */
public final class ByteReader {
    /** What the JDK puts where bytes are malformed, and may also stand in a string by itself. */
    private static final char REPLACEMENT = '\uFFFD';

    private static final VarHandle U16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle I32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private int position;
    private final int end;

    /** Reads all of an array. */
    public ByteReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /** Reads a part of an array. */
    public ByteReader(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.position = from;
        this.end = end;
    }

    /** Reads 8 bits, 0 to 255. */
    public int u8() {
        need(1);
        return bytes[position++] & 0xFF;
    }

    /** Reads 16 bits, 0 to 65535. */
    public int u16() {
        need(Short.BYTES);
        int value = (short) U16.get(bytes, position) & 0xFFFF;
        position += Short.BYTES;
        return value;
    }

    /** Reads 32 bits. */
    public int i32() {
        need(Integer.BYTES);
        int value = (int) I32.get(bytes, position);
        position += Integer.BYTES;
        return value;
    }

    /** Reads 64 bits. */
    public long i64() {
        need(Long.BYTES);
        long value = (long) I64.get(bytes, position);
        position += Long.BYTES;
        return value;
    }

    /** Reads a truth value. */
    public boolean bool() {
        int value = u8();
        if (value > 1) {
            throw new MalformedBytesException("byte " + value + " where a truth value belongs");
        }
        return value == 1;
    }

    /** Reads 128 bits. */
    public UUID uuid() {
        return new UUID(i64(), i64());
    }

    /** Reads a byte string. */
    public byte[] bytes() {
        return raw(count(1));
    }

    /** Reads that many bytes. */
    public byte[] raw(int count) {
        need(count);
        byte[] value = new byte[count];
        System.arraycopy(bytes, position, value, 0, count);
        position += count;
        return value;
    }

    /** Reads a string; malformed UTF-8 is refused. */
    public String string() {
        int count = count(1);
        // without a malformed byte the JDK's own way gives the same, and makes neither a decoder nor buffers
        String plain = new String(bytes, position, count, StandardCharsets.UTF_8);
        if (plain.indexOf(REPLACEMENT) < 0) {
            position += count;
            return plain;
        }
        try {
            String value = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, position, count)).toString();
            position += count;
            return value;
        } catch (CharacterCodingException e) {
            throw new MalformedBytesException("a string that is not UTF-8", e);
        }
    }

    /** Reads a list. */
    public <T> List<T> list(Function<ByteReader, T> each) {
        int count = count(1);
        List<T> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(each.apply(this));
        }
        return values;
    }

    /** Reads a value that may be missing. */
    public <T> Optional<T> optional(Function<ByteReader, T> how) {
        return bool() ? Optional.of(how.apply(this)) : Optional.empty();
    }

    /** Reads a number that may be missing. */
    public OptionalInt optionalInt() {
        return bool() ? OptionalInt.of(i32()) : OptionalInt.empty();
    }

    /** Reads a number that may be missing. */
    public OptionalLong optionalLong() {
        return bool() ? OptionalLong.of(i64()) : OptionalLong.empty();
    }

    /** Checks that everything was read. */
    public void done() {
        if (position != end) {
            throw new MalformedBytesException((end - position) + " bytes too many");
        }
    }

    /** How many bytes are left. */
    public int remaining() {
        return end - position;
    }

    private int count(int bytesEach) {
        int count = i32();
        if (count < 0 || (long) count * bytesEach > end - position) {
            throw new MalformedBytesException("a count of " + Integer.toUnsignedString(count) + " with "
                    + (end - position) + " bytes left");
        }
        return count;
    }

    private void need(int count) {
        if (count < 0 || count > end - position) {
            throw new MalformedBytesException("ends " + (count - (end - position)) + " bytes too early");
        }
    }
}
