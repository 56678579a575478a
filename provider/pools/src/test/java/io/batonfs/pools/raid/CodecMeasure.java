package io.batonfs.pools.raid;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.apache.hadoop.io.erasurecode.ErasureCoderOptions;
import org.apache.hadoop.io.erasurecode.rawcoder.RSRawDecoder;
import org.apache.hadoop.io.erasurecode.rawcoder.RSRawEncoder;
import org.apache.hadoop.io.erasurecode.rawcoder.RawErasureDecoder;
import org.apache.hadoop.io.erasurecode.rawcoder.RawErasureEncoder;
import org.apache.hadoop.io.erasurecode.rawcoder.XORRawEncoder;

/**
 * Measures the codecs on one thread beside copies of the same bytes and hadoop-common's coders, in GB (10^9 bytes) of data
 * a second: median of rounds, least and most. No test: prints figures, and the load that they were taken under. The
 * JVM's flags should be those of a server; test JVMs leave the second compiler out.
 */
public final class CodecMeasure {
    private static final int STRIP_BYTES = 4096;
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int WIDE_BYTES = 1 << 20;
    private static final int DATA = Integer.getInteger("measure.data", 4);
    private static final int ROUNDS = Integer.getInteger("measure.rounds", 5);
    private static final long WARM_NANOS = 400_000_000L;
    private static final long ROUND_NANOS = 300_000_000L;

    private final Random random = new Random(1);

    private CodecMeasure() {
    }

    /** See above; no arguments. */
    public static void main(String[] arguments) throws IOException {
        System.out.println("load " + Files.readString(Path.of("/proc/loadavg")).trim());
        CodecMeasure measure = new CodecMeasure();
        measure.arrays();
        measure.buffers(1);
        measure.buffers(2);
        measure.hadoop();
        System.out.println("load " + Files.readString(Path.of("/proc/loadavg")).trim());
    }

    /** One row of strips, which stay in the processor's caches. */
    private void arrays() throws IOException {
        byte[][] strips = TestStrips.random(random, DATA + 2, STRIP_BYTES);
        byte[] copy = new byte[STRIP_BYTES];
        long bytes = (long) DATA * STRIP_BYTES;
        print("copy of 4 KiB arrays", bytes, () -> {
            for (int i = 0; i < DATA; i++) {
                System.arraycopy(strips[i], 0, copy, 0, STRIP_BYTES);
            }
        });
        ParityCodec xor = ParityCodec.of(1);
        ParityCodec pq = ParityCodec.of(2);
        print("P of " + DATA, bytes, () -> xor.encode(strips, DATA, STRIP_BYTES));
        print("P and Q of " + DATA, bytes, () -> pq.encode(strips, DATA, STRIP_BYTES));
        print("one of " + DATA + " from P", bytes, () -> pq.recover(strips, DATA, 0b1, STRIP_BYTES));
        print("one of " + DATA + " from Q", bytes, () -> pq.recover(strips, DATA, 0b1 | 1L << DATA, STRIP_BYTES));
        print("two of " + DATA + " from P and Q", bytes, () -> pq.recover(strips, DATA, 0b11, STRIP_BYTES));
    }

    /** As a pool does it: from a direct buffer through strips into a wide direct buffer, 1 MiB of data at once. */
    private void buffers(int parities) throws IOException {
        ByteBuffer data = ByteBuffer.allocateDirect(WIDE_BYTES);
        byte[] noise = new byte[WIDE_BYTES];
        random.nextBytes(noise);
        data.put(0, noise);
        int rows = WIDE_BYTES / (DATA * STRIP_BYTES);
        int members = DATA + parities;
        ByteBuffer wide = ByteBuffer.allocateDirect(rows * members * STRIP_BYTES);
        byte[][] strips = new byte[members][STRIP_BYTES];
        ParityCodec codec = ParityCodec.of(parities);
        if (parities == 1) {
            print("copy of 1 MiB, direct buffers", WIDE_BYTES, () -> wide.put(0, data, 0, WIDE_BYTES));
        }
        print("rows with " + parities + " parities, direct buffers", (long) rows * DATA * STRIP_BYTES, () -> {
            for (int row = 0; row < rows; row++) {
                for (int member = 0; member < DATA; member++) {
                    data.get((row * DATA + member) * STRIP_BYTES, strips[member]);
                }
                codec.encode(strips, DATA, STRIP_BYTES);
                for (int member = 0; member < members; member++) {
                    wide.put((member * rows + row) * STRIP_BYTES, strips[member]);
                }
            }
        });
    }

    private void hadoop() throws IOException {
        byte[][] chunks = TestStrips.random(random, DATA, CHUNK_BYTES);
        long bytes = (long) DATA * CHUNK_BYTES;
        hadoop("hadoop XOR " + DATA + "+1", new XORRawEncoder(new ErasureCoderOptions(DATA, 1)), chunks, 1);
        ErasureCoderOptions options = new ErasureCoderOptions(DATA, 2);
        hadoop("hadoop RS " + DATA + "+2", new RSRawEncoder(options), chunks, 2);
        RawErasureDecoder decoder = new RSRawDecoder(options);
        byte[][] all = Arrays.copyOf(chunks, DATA + 2);
        byte[][] parities = new byte[2][CHUNK_BYTES];
        new RSRawEncoder(options).encode(chunks, parities);
        System.arraycopy(parities, 0, all, DATA, 2);
        all[0] = null;
        all[1] = null;
        byte[][] found = new byte[2][CHUNK_BYTES];
        print("hadoop RS, two of " + DATA + ", arrays", bytes, () -> decoder.decode(all, new int[] {0, 1}, found));
    }

    private static void hadoop(String name, RawErasureEncoder encoder, byte[][] chunks, int parities) throws IOException {
        long bytes = (long) DATA * CHUNK_BYTES;
        byte[][] outputs = new byte[parities][CHUNK_BYTES];
        print(name + ", arrays", bytes, () -> encoder.encode(chunks, outputs));
        ByteBuffer[] from = Arrays.stream(chunks).map(CodecMeasure::direct).toArray(ByteBuffer[]::new);
        ByteBuffer[] to = Arrays.stream(outputs).map(CodecMeasure::direct).toArray(ByteBuffer[]::new);
        print(name + ", direct buffers", bytes, () -> {
            for (ByteBuffer buffer : from) {
                buffer.clear();
            }
            for (ByteBuffer buffer : to) {
                buffer.clear();
            }
            encoder.encode(from, to);
        });
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
    }

    /** What is measured. */
    private interface Work {
        void run() throws IOException;
    }

    private static void print(String name, long bytes, Work work) throws IOException {
        rate(bytes, work, WARM_NANOS);
        double[] rates = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            rates[round] = rate(bytes, work, ROUND_NANOS);
        }
        Arrays.sort(rates);
        System.out.printf("%-36s %7.2f  (%.2f to %.2f)%n", name, rates[ROUNDS / 2], rates[0], rates[ROUNDS - 1]);
    }

    private static double rate(long bytes, Work work, long nanos) throws IOException {
        long begin = System.nanoTime();
        long done = 0;
        long took;
        do {
            for (int i = 0; i < 16; i++) {
                work.run();
            }
            done += 16 * bytes;
            took = System.nanoTime() - begin;
        } while (took < nanos);
        return (double) done / took;
    }
}
