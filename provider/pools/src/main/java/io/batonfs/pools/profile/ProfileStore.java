package io.batonfs.pools.profile;

import io.batonfs.pools.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * A directory of kept profiles, a file for each device. A file is replaced as a whole, so that after a kill or a power
 * cut it is the old or the new one. Two processes may measure a device at once, if only by reads: the profile that was
 * saved last is kept. While a device is measured anew, its complete profile stays, and what is begun has a file of its
 * own, which ends with {@code .begun}; it takes the other's place when it is complete. A kill may leave a file behind
 * that ends with {@code .new} and is never read.
 */
public final class ProfileStore {
    private static final int NAME_BYTES = 8;

    private final Path directory;

    /** A store in a directory, which need not be there before something is saved. */
    public ProfileStore(Path directory) {
        this.directory = directory;
    }

    /**
     * Where a device's profile is kept, if it is. A device's identity may hold anything, so the name is made of a
     * digest.
     */
    public Path file(DeviceIdentity identity) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(identity.value().getBytes(StandardCharsets.UTF_8));
            return directory.resolve("device-" + HexFormat.of().formatHex(digest, 0, NAME_BYTES) + ".profile");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * What is kept of a device: what was begun last.
     *
     * @return empty if nothing is
     * @throws FormatException if the file is damaged, of another device, or of another version; its message names it
     */
    public Optional<DeviceProfile> load(DeviceIdentity identity) throws IOException {
        Optional<DeviceProfile> kept = loadComplete(identity);
        Optional<DeviceProfile> begun = load(begun(file(identity)), identity);
        // One that is older was left by a crash right after it was completed.
        return begun.isPresent() && (kept.isEmpty() || begun.get().startedMs() > kept.get().startedMs()) ? begun : kept;
    }

    /**
     * When measuring a device anew begins, milliseconds since 1970: after what is kept of it began, also if clocks were set
     * back since.
     *
     * @param nowMs what the clock says
     */
    public long beginMs(DeviceIdentity identity, long nowMs) {
        long last = Long.MIN_VALUE;
        for (Path file : new Path[] {file(identity), begun(file(identity))}) {
            last = Math.max(last, startedMs(file, identity));
        }
        return Math.max(nowMs, last + 1);
    }

    private static long startedMs(Path file, DeviceIdentity identity) {
        try {
            return load(file, identity).map(DeviceProfile::startedMs).orElse(Long.MIN_VALUE);
        } catch (IOException e) {
            // What can't be read is replaced, or whoever loads it is told: it is nothing to come after.
            return Long.MIN_VALUE;
        }
    }

    /**
     * As {@link #load}, but what was complete before the device began to be measured anew, as long as that is not; without
     * such a one, what was begun.
     */
    public Optional<DeviceProfile> loadComplete(DeviceIdentity identity) throws IOException {
        return load(file(identity), identity);
    }

    private static Path begun(Path file) {
        return file.resolveSibling(file.getFileName() + ".begun");
    }

    private static Optional<DeviceProfile> load(Path file, DeviceIdentity identity) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        DeviceProfile profile = ProfileFormat.decode(ByteBuffer.wrap(Files.readAllBytes(file)), file.toString());
        if (!profile.identity().equals(identity)) {
            throw new FormatException(FormatException.Kind.DAMAGED, file + " is the profile of another device, "
                    + profile.identity() + ", and not of " + identity);
        }
        return Optional.of(profile);
    }

    /**
     * Makes the directory if it is not there, and tries whether something can be saved in it.
     *
     * @throws IOException if it can't
     */
    public void prepare() throws IOException {
        Files.createDirectories(directory);
        Path tried = directory.resolve("try." + UUID.randomUUID() + ".new");
        Files.write(tried, new byte[1], StandardOpenOption.CREATE_NEW);
        Files.delete(tried);
    }

    /**
     * Keeps a profile instead of an earlier one, which if that is complete and this is not stays until this is; it survives
     * a power cut when this returns.
     */
    public void save(DeviceProfile profile) throws IOException {
        Files.createDirectories(directory);
        Path kept = file(profile.identity());
        Path file = profile.missingSamples() > 0 && isComplete(kept) ? begun(kept) : kept;
        // A name of its own: others may measure the same device, and save at the same time.
        Path written = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".new");
        try {
            try (FileChannel channel = FileChannel.open(written, StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ProfileFormat.encode(profile);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(written);
        }
        if (file == kept) {
            Files.deleteIfExists(begun(kept));
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** A damaged one is worth nothing. */
    private static boolean isComplete(Path file) throws IOException {
        try {
            return Files.exists(file) && ProfileFormat.decode(
                    ByteBuffer.wrap(Files.readAllBytes(file)), file.toString()).missingSamples() == 0;
        } catch (FormatException e) {
            return false;
        }
    }
}
