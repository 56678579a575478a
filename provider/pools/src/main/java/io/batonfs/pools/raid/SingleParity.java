package io.batonfs.pools.raid;

/** P alone: the sum of all members is zero, so any one is the sum of the others. */
final class SingleParity implements ParityCodec {

    @Override
    public void encode(byte[][] strips, int dataUnits, int length) {
        Xor.sum(strips[dataUnits], strips, dataUnits, length);
    }

    @Override
    public void recover(byte[][] strips, int dataUnits, long missing, int length) {
        if (missing == 0) {
            return;
        }
        int wanted = Long.numberOfTrailingZeros(missing);
        if (wanted > dataUnits || Long.bitCount(missing) > 1) {
            throw new IllegalArgumentException("one parity does not give members " + Long.toBinaryString(missing));
        }
        int first = wanted == 0 ? 1 : 0;
        System.arraycopy(strips[first], 0, strips[wanted], 0, length);
        for (int member = first + 1; member <= dataUnits; member++) {
            if (member != wanted) {
                Xor.into(strips[wanted], strips[member], length);
            }
        }
    }
}
