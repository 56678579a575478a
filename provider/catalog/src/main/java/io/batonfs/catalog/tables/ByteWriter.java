package io.batonfs.catalog.tables;

import io.batonfs.model.PartitionedId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * Builds the bytes of requests, replies and rows: big-endian numbers; strings, byte strings and lists with a 32-bit
 * count in front; an optional value with a byte 0 or 1 in front. {@link ByteReader} reads them. Not thread-safe.
 */
public final class ByteWriter {
    /** Most rows and replies. */
    private static final int USUAL_BYTES = 128;
    private static final VarHandle U16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle I32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private byte[] bytes;
    private int length;

    /** Has written nothing yet. */
    public ByteWriter() {
        this(USUAL_BYTES);
    }

    /**
     * Has written nothing yet.
     *
     * @param bytes how many will be written, as far as is known
     */
    public ByteWriter(int bytes) {
        this.bytes = new byte[bytes];
    }

    /** Writes the low 8 bits. */
    public ByteWriter u8(int value) {
        room(1);
        bytes[length++] = (byte) value;
        return this;
    }

    /** Writes the low 16 bits. */
    public ByteWriter u16(int value) {
        room(Short.BYTES);
        U16.set(bytes, length, (short) value);
        length += Short.BYTES;
        return this;
    }

    /** Writes 32 bits. */
    public ByteWriter i32(int value) {
        room(Integer.BYTES);
        I32.set(bytes, length, value);
        length += Integer.BYTES;
        return this;
    }

    /** Writes 64 bits. */
    public ByteWriter i64(long value) {
        room(Long.BYTES);
        I64.set(bytes, length, value);
        length += Long.BYTES;
        return this;
    }

    /** Writes a truth value as a byte. */
    public ByteWriter bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    /** Writes an id. */
    public ByteWriter id(PartitionedId id) {
        return i64(id.value());
    }

    /** Writes 128 bits. */
    public ByteWriter uuid(UUID value) {
        return i64(value.getMostSignificantBits()).i64(value.getLeastSignificantBits());
    }

    /** Writes a byte string with its length. */
    public ByteWriter bytes(byte[] value) {
        return i32(value.length).raw(value);
    }

    /** Writes a byte string without its length. */
    public ByteWriter raw(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    /**
     * Writes a string as UTF-8 with its length in bytes.
     *
     * @throws IllegalArgumentException if it has half a surrogate pair, which UTF-8 cannot hold
     */
    public ByteWriter string(String value) {
        if (!hasSurrogates(value)) {
            return bytes(value.getBytes(StandardCharsets.UTF_8));
        }
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
            return bytes(Arrays.copyOfRange(encoded.array(), encoded.position(), encoded.limit()));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("half a surrogate pair in a string of " + value.length() + " characters", e);
        }
    }

    /** Writes a list. */
    public <T> ByteWriter list(Collection<T> values, BiConsumer<ByteWriter, T> each) {
        i32(values.size());
        values.forEach(value -> each.accept(this, value));
        return this;
    }

    /** Writes a value that may be missing. */
    public <T> ByteWriter optional(Optional<T> value, BiConsumer<ByteWriter, T> how) {
        bool(value.isPresent());
        value.ifPresent(present -> how.accept(this, present));
        return this;
    }

    /** Writes a number that may be missing. */
    public ByteWriter optional(OptionalInt value) {
        bool(value.isPresent());
        value.ifPresent(this::i32);
        return this;
    }

    /** Writes a number that may be missing. */
    public ByteWriter optional(OptionalLong value) {
        bool(value.isPresent());
        value.ifPresent(this::i64);
        return this;
    }

    /** A copy of what was written so far. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** Only these can be malformed, and need an encoder that refuses. */
    private static boolean hasSurrogates(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (Character.isSurrogate(value.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
