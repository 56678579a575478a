package io.batonfs.transport;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Throws bytes at the decoders of a package: right ones, right ones with damage, and any. A decoder gives a value or
 * refuses by the exception that it declares; it changes nothing, reads nothing outside, and allocates in proportion to
 * what it was given. What it gave is written again and read again: the same bytes where there is one form only, else
 * the same as what was written first. A class that lays out bytes and is in no entry of the table fails
 * {@link #checkComplete}.
 *
 * <p>{@code -Dfuzz.seed=N} repeats a run, {@code -Dfuzz.rounds=N} makes it longer.
 */
public final class DecoderFuzz {
    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 1_000);
    private static final int WARM_UP = 200;
    private static final int SHOWN_BYTES = 800;
    /** An exception with its stack and sentence, a buffer's views, boxes: what a refusal of a few bytes may cost. */
    private static final long ALLOCATED_AT_LEAST = 32 * 1024;
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long[] BOUNDARIES = {0, 1, 2, 3, 4, 7, 8, 15, 16, 47, 48, 63, 64, 127, 128, 255, 256, 511, 512,
        4095, 4096, 4097, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL, 1L << 32,
        Long.MAX_VALUE, Long.MIN_VALUE, -1, -2, -3, -4096};

    private final List<Codec> codecs;
    private final SplittableRandom random;
    private final String again;

    private DecoderFuzz(List<Codec> codecs, long seed) {
        this.codecs = codecs;
        this.random = new SplittableRandom(seed);
        this.again = "-Dfuzz.seed=" + seed + " -Dfuzz.rounds=" + ROUNDS;
    }

    /** Makes right bytes. */
    public interface Valid {
        byte[] bytes(SplittableRandom random);
    }

    /** Reads bytes and writes down again what it read. */
    public interface Decoder {

        /** @return null if what was read can't be written again; then only the reading is tried */
        byte[] again(byte[] bytes) throws IOException;
    }

    /**
     * An entry of the table.
     *
     * @param covers            the classes whose layouts it goes through
     * @param declared          what the decoder refuses by; no subclass of it
     * @param fixedLength       whether whoever calls the decoder has made sure of the length
     * @param oneForm           whether each value has one form only
     * @param reseal            makes a checksum right again, so that damage comes behind it
     * @param allocatedPerByte  bytes that it may allocate for each that it was given, beside a constant
     */
    public record Codec(
            String name, List<Class<?>> covers, Class<? extends Exception> declared, Valid valid, Decoder decoder,
            boolean fixedLength, boolean oneForm, Consumer<byte[]> reseal, int allocatedPerByte) {

        /** One that has one form, any length and no checksum. */
        public static Codec of(String name, Class<? extends Exception> declared, Valid valid, Decoder decoder,
                Class<?>... covers) {
            return new Codec(name, List.of(covers), declared, valid, decoder, false, true, bytes -> { }, 16);
        }

        /** The same where the caller has made sure of the length. */
        public Codec fixed() {
            return new Codec(name, covers, declared, valid, decoder, true, oneForm, reseal, allocatedPerByte);
        }

        /** The same where several forms stand for one value. */
        public Codec severalForms() {
            return new Codec(name, covers, declared, valid, decoder, fixedLength, false, reseal, allocatedPerByte);
        }

        /** The same with a checksum. */
        public Codec sealed(Consumer<byte[]> how) {
            return new Codec(name, covers, declared, valid, decoder, fixedLength, oneForm, how, allocatedPerByte);
        }

        /** The same where a few bytes stand for an object of some size. */
        public Codec allocating(int perByte) {
            return new Codec(name, covers, declared, valid, decoder, fixedLength, oneForm, reseal, perByte);
        }
    }

    /** Plays with all of them; prints the seed. */
    public static void run(List<Codec> codecs) {
        long seed = Long.getLong("fuzz.seed", System.nanoTime());
        DecoderFuzz fuzz = new DecoderFuzz(codecs, seed);
        System.out.println(fuzz.again);
        codecs.forEach(fuzz::play);
    }

    private void play(Codec codec) {
        int accepted = 0;
        int refused = 0;
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            byte[] right = codec.valid.bytes(random);
            checkRight(codec, right);
            byte[] bytes = random.nextInt(8) == 0 ? anything(codec, right.length) : damaged(codec, right);
            byte[] read = tryAgain(codec, bytes);
            if (round >= 0) {
                checkAllocation(codec, bytes);
            }
            accepted += read != null ? 1 : 0;
            refused += read == null ? 1 : 0;
        }
        System.out.println("  " + codec.name + ": " + accepted + " accepted, " + refused + " refused");
    }

    private void checkRight(Codec codec, byte[] right) {
        try {
            byte[] read = codec.decoder.again(right.clone());
            check(codec, right, read == null || Arrays.equals(read, right),
                    "what was written is read as another value");
        } catch (IOException | RuntimeException e) {
            throw failure(codec, right, "right bytes are refused", e);
        }
        checkAllocation(codec, right);
    }

    /** After it was read once: the first time through a sentence the virtual machine makes what joins it. */
    private void checkAllocation(Codec codec, byte[] bytes) {
        byte[] given = bytes.clone();
        long before = THREAD.getCurrentThreadAllocatedBytes();
        try {
            codec.decoder.again(given);
        } catch (IOException e) {
            // Looked at before.
            check(codec, bytes, e.getClass() == codec.declared, e, "refused in another way the second time");
        }
        long allocated = THREAD.getCurrentThreadAllocatedBytes() - before;
        check(codec, bytes, allocated <= ALLOCATED_AT_LEAST + (long) codec.allocatedPerByte * bytes.length,
                "allocated " + allocated + " bytes for " + bytes.length);
    }

    /** What was read, written again; null if it was refused. */
    private byte[] tryAgain(Codec codec, byte[] bytes) {
        byte[] given = bytes.clone();
        byte[] read;
        try {
            read = codec.decoder.again(given);
        } catch (Exception e) {
            check(codec, bytes, e.getClass() == codec.declared, e, "refused by another exception than declared");
            check(codec, bytes, e.getMessage() != null && !e.getMessage().isEmpty(), e, "refused without a reason");
            check(codec, bytes, Arrays.equals(given, bytes), "the bytes were changed");
            return null;
        } catch (Error e) {
            throw failure(codec, bytes, "an error", e);
        }
        check(codec, bytes, Arrays.equals(given, bytes), "the bytes were changed");
        if (read == null) {
            return bytes;
        }
        if (codec.oneForm) {
            check(codec, bytes, Arrays.equals(read, bytes), "accepted as " + HexFormat.of().formatHex(read));
        } else {
            try {
                check(codec, bytes, Arrays.equals(codec.decoder.again(read), read), "what it wrote itself is read as"
                        + " another value: " + HexFormat.of().formatHex(read));
            } catch (IOException | RuntimeException e) {
                throw failure(codec, bytes, "what it wrote itself is refused", e);
            }
        }
        return read;
    }

    private void check(Codec codec, byte[] bytes, boolean good, String what) {
        check(codec, bytes, good, null, what);
    }

    private void check(Codec codec, byte[] bytes, boolean good, Throwable cause, String what) {
        if (!good) {
            throw failure(codec, bytes, what, cause);
        }
    }

    private AssertionError failure(Codec codec, byte[] bytes, String what, Throwable cause) {
        int shown = Math.min(bytes.length, SHOWN_BYTES);
        return new AssertionError(again + ": " + codec.name + ": " + what + ": "
                + HexFormat.of().formatHex(bytes, 0, shown) + (shown < bytes.length ? "..." : ""), cause);
    }

    // ---- damage

    private byte[] anything(Codec codec, int rightLength) {
        boolean keepsLength = codec.fixedLength || random.nextBoolean();
        byte[] bytes = new byte[keepsLength ? rightLength : random.nextInt(2 * rightLength + 20)];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] damaged(Codec codec, byte[] right) {
        byte[] bytes = right.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes = damagedOnce(codec, bytes);
        }
        if (codec.fixedLength) {
            bytes = Arrays.copyOf(bytes, right.length);
        }
        if (random.nextInt(4) > 0) {
            codec.reseal.accept(bytes);
        }
        return bytes;
    }

    private byte[] damagedOnce(Codec codec, byte[] bytes) {
        if (bytes.length == 0) {
            return new byte[random.nextInt(3)];
        }
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(10)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 3 -> {
                return Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(40));
            }
            case 4 -> putNumber(bytes, at, BOUNDARIES[random.nextInt(BOUNDARIES.length)]);
            case 5 -> putNumber(bytes, at, bytes.length + random.nextInt(5) - 2);
            case 6 -> {
                return shifted(bytes, at, at + random.nextInt(2));
            }
            case 7 -> {
                return shifted(bytes, at, Math.max(0, at - random.nextInt(2)));
            }
            case 8 -> {
                // A field, or several, once more in the place of others.
                int length = 1 + random.nextInt(Math.min(32, bytes.length - at));
                int to = random.nextInt(bytes.length - length + 1);
                System.arraycopy(bytes.clone(), at, bytes, to, length);
            }
            default -> {
                byte[] other = codec.valid.bytes(random);
                int length = Math.min(other.length, bytes.length) - at;
                if (length > 0) {
                    System.arraycopy(other, at, bytes, at, length);
                }
            }
        }
        return bytes;
    }

    /** What stands behind a place moves to another: a byte is lost, or one comes twice. */
    private static byte[] shifted(byte[] bytes, int from, int to) {
        byte[] moved = Arrays.copyOf(bytes, bytes.length + to - from);
        System.arraycopy(bytes, from, moved, to, bytes.length - from);
        return moved;
    }

    private void putNumber(byte[] bytes, int at, long value) {
        int size = 1 << random.nextInt(4);
        int aligned = at / size * size;
        for (int i = 0; i < size && aligned + i < bytes.length; i++) {
            bytes[aligned + i] = (byte) (value >>> i * Byte.SIZE);
        }
    }

    /** A little-endian buffer over bytes. */
    public static ByteBuffer over(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    // ---- completeness

    /**
     * Every class of a package that lays out or decodes bytes is covered by an entry.
     *
     * @param inPackage any class of it
     * @param textOf    classes that look so but read nothing of a peer's, with good reason
     */
    public static void checkComplete(Class<?> inPackage, List<Codec> codecs, Class<?>... textOf)
            throws IOException, URISyntaxException, ClassNotFoundException {
        List<Class<?>> covered = new ArrayList<>(List.of(textOf));
        codecs.forEach(codec -> covered.addAll(codec.covers));
        Set<String> forgotten = new TreeSet<>();
        for (Class<?> type : classesBeside(inPackage)) {
            if (laysOutBytes(type) && !covered.contains(type)) {
                forgotten.add(type.getSimpleName());
            }
        }
        if (!forgotten.isEmpty()) {
            throw new AssertionError("these read what a peer wrote, and no decoder of the table covers them: "
                    + forgotten);
        }
    }

    private static boolean laysOutBytes(Class<?> type) {
        for (Field field : type.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getName().endsWith("_OFFSET")) {
                return true;
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            String name = method.getName();
            if (!method.isSynthetic() && Modifier.isStatic(method.getModifiers())
                    && (name.startsWith("decode") || name.startsWith("parse") || name.startsWith("ofCode"))) {
                return true;
            }
        }
        return false;
    }

    private static List<Class<?>> classesBeside(Class<?> one)
            throws IOException, URISyntaxException, ClassNotFoundException {
        Path root = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path directory = root.resolve(one.getPackageName().replace('.', '/'));
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.equals("package-info.class")) {
                    classes.add(Class.forName(one.getPackageName() + "." + name.substring(0, name.length() - 6), false,
                            one.getClassLoader()));
                }
            }
        }
        return classes;
    }
}
