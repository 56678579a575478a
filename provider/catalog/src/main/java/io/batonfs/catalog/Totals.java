package io.batonfs.catalog;

/**
 * What is at and below a path, at one moment. Sums that no long can hold, which a tree that is shared within can show,
 * stay at {@link Long#MAX_VALUE}.
 *
 * @param files         files
 * @param directories   directories, the one at the path among them
 * @param lengthBytes   committed bytes of all files
 * @param consumedBytes those times each file's stored replication factor
 */
public record Totals(long files, long directories, long lengthBytes, long consumedBytes) {
    static final Totals NONE = new Totals(0, 0, 0, 0);
    static final Totals DIRECTORY = new Totals(0, 1, 0, 0);

    static Totals ofFile(long lengthBytes, int replication) {
        long high = Math.multiplyHigh(lengthBytes, replication);
        long product = lengthBytes * replication;
        return new Totals(1, 0, lengthBytes, high != 0 || product < 0 ? Long.MAX_VALUE : product);
    }

    Totals plus(Totals more) {
        return new Totals(sum(files, more.files), sum(directories, more.directories),
                sum(lengthBytes, more.lengthBytes), sum(consumedBytes, more.consumedBytes));
    }

    private static long sum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
