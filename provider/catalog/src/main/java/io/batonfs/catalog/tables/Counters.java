package io.batonfs.catalog.tables;

/**
 * The row of all counters, see {@link Counter}.
 * <pre>
 * version 1 | count 2 | 8 each
 * </pre>
 * Not thread-safe.
 */
public final class Counters {
    private static final int VERSION = 1;

    private final long[] values;

    private Counters(long[] values) {
        this.values = values;
    }

    /** The row in stored bytes; all zero where there is none. */
    public static Counters of(byte[] bytes) {
        Counters counters = new Counters(new long[Counter.values().length]);
        if (bytes == null) {
            return counters;
        }
        return Rows.read("meta", VERSION, bytes, in -> {
            int count = in.u16();
            if (count > counters.values.length) {
                throw new MalformedBytesException("The catalog has " + count + " counters, this server knows "
                        + counters.values.length + "; upgrade this server");
            }
            for (int i = 0; i < count; i++) {
                counters.values[i] = in.i64();
            }
            return counters;
        });
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        ByteWriter out = Rows.write(VERSION).u16(values.length);
        for (long value : values) {
            out.i64(value);
        }
        return out.toBytes();
    }

    /** The value. */
    public long get(Counter counter) {
        return values[counter.ordinal()];
    }

    /** Sets a value. */
    public void set(Counter counter, long value) {
        values[counter.ordinal()] = value;
    }

    /** Adds to a value and gives the sum. */
    public long add(Counter counter, long change) {
        return values[counter.ordinal()] += change;
    }

    /** A copy that changes by itself. */
    public Counters copy() {
        return new Counters(values.clone());
    }
}
