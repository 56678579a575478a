package io.batonfs.pools.raid;

/**
 * The arithmetic of a row's redundancy, on <i>strips</i>: equal parts of the row's members, one array each, in the order
 * of members (data, P, Q). All of it is on arrays of some KiB that stay in the processor's first cache; who has the bytes
 * in buffers copies them there and back, which costs less than loops over several kinds of buffers. Stateless.
 */
public interface ParityCodec {

    /** The codec of rows with one or two parities. */
    static ParityCodec of(int parities) {
        switch (parities) {
            case 1:
                return new SingleParity();
            case 2:
                return new DoubleParity();
            default:
                throw new IllegalArgumentException("there is no codec for " + parities + " parities");
        }
    }

    /**
     * Computes the parities from the data.
     *
     * @param strips    data, then room for the parities; more are ignored
     * @param dataUnits strips of data, at least 2
     * @param length    bytes of each strip, from its beginning
     */
    void encode(byte[][] strips, int dataUnits, int length);

    /**
     * Computes missing strips, data or parity, from the others.
     *
     * @param missing bit {@code i} stands for strip {@code i}, whose content does not matter
     * @throws IllegalArgumentException if more are missing than there are parities
     */
    void recover(byte[][] strips, int dataUnits, long missing, int length);
}
