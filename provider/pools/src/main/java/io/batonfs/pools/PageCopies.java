package io.batonfs.pools;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The copies of one metadata page that devices in use have, side by side. For one thread. */
final class PageCopies {
    /**
     * @param bytes  null if the device did not give it
     * @param wrong  why it is not sound; null if it is
     */
    private record Copy(int device, String name, ByteBuffer bytes, String wrong) {
        boolean isSound() {
            return wrong == null;
        }

        long checkpoint() {
            return MetadataPageFormat.checkpoint(bytes);
        }
    }

    private final int page;
    private final short kind;
    private final List<Copy> copies = new ArrayList<>();
    private Optional<FormatException> otherVersion = Optional.empty();

    PageCopies(int page, short kind) {
        this.page = page;
        this.kind = kind;
    }

    int page() {
        return page;
    }

    /** Adds a device's copy. */
    void add(int device, String name, ByteBuffer bytes) {
        String wrong = null;
        try {
            MetadataPageFormat.check(bytes, kind, page);
        } catch (FormatException e) {
            wrong = e.getMessage();
            if (e.kind() == FormatException.Kind.TOO_NEW || e.kind() == FormatException.Kind.TOO_OLD) {
                otherVersion = Optional.of(new FormatException(e.kind(), "device " + name + ": " + wrong));
            }
        }
        copies.add(new Copy(device, name, bytes, wrong));
    }

    /** Adds that a device did not give its copy. */
    void addUnread(int device, String name, String why) {
        copies.add(new Copy(device, name, null, why));
    }

    /** A copy of a version that this software does not write, as a failure that names it. */
    Optional<FormatException> otherVersion() {
        return otherVersion;
    }

    boolean allSound() {
        return copies.stream().allMatch(Copy::isSound);
    }

    /** The newest sound copy, the first one of several. */
    Optional<ByteBuffer> newest() {
        Copy newest = null;
        for (Copy copy : copies) {
            if (copy.isSound() && (newest == null || copy.checkpoint() > newest.checkpoint())) {
                newest = copy;
            }
        }
        return Optional.ofNullable(newest).map(Copy::bytes);
    }

    /** The newest sound copy whose payload is that of another page. */
    Optional<ByteBuffer> newestThatSays(ByteBuffer other) {
        Copy newest = null;
        for (Copy copy : copies) {
            if (copy.isSound() && MetadataPageFormat.payload(copy.bytes()).equals(MetadataPageFormat.payload(other))
                    && (newest == null || copy.checkpoint() > newest.checkpoint())) {
                newest = copy;
            }
        }
        return Optional.ofNullable(newest).map(Copy::bytes);
    }

    /**
     * Whether what is left of a damaged copy calls itself newer than the newest sound one. Not if it says the same: then
     * what is damaged is its header.
     */
    boolean newestIsDamaged() {
        ByteBuffer newest = newest().orElseThrow();
        return copies.stream().anyMatch(copy -> !copy.isSound() && copy.bytes() != null
                && MetadataPageFormat.isAddressed(copy.bytes(), kind, page)
                && copy.checkpoint() > MetadataPageFormat.checkpoint(newest)
                && !MetadataPageFormat.payload(copy.bytes()).equals(MetadataPageFormat.payload(newest)));
    }

    /** Whether another copy may be as new as the newest sound one, or newer, and says something else. */
    boolean disagreeAboutNewest() {
        ByteBuffer newest = newest().orElseThrow();
        return newestIsDamaged() || copies.stream().anyMatch(copy -> copy.isSound()
                && copy.checkpoint() == MetadataPageFormat.checkpoint(newest) && !copy.bytes().equals(newest));
    }

    /** Devices whose copy is not sound or of an earlier checkpoint than the newest sound one. */
    List<Integer> unsoundOrOlder() {
        long checkpoint = MetadataPageFormat.checkpoint(newest().orElseThrow());
        return copies.stream().filter(copy -> !copy.isSound() || copy.checkpoint() < checkpoint).map(Copy::device).toList();
    }

    /** Devices that have something else. */
    List<Integer> otherThan(ByteBuffer sound) {
        return copies.stream().filter(copy -> !sound.equals(copy.bytes())).map(Copy::device).toList();
    }

    /** For messages: what each device has. */
    String describe() {
        return copies.stream().map(copy -> copy.name() + ": "
                + (copy.isSound() ? "written by checkpoint " + copy.checkpoint() : copy.wrong())).toList().toString();
    }
}
