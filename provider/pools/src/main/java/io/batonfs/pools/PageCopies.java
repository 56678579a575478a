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
    private Optional<String> otherVersion = Optional.empty();

    PageCopies(int page, short kind) {
        this.page = page;
        this.kind = kind;
    }

    /** Adds a device's copy, or null if it did not give one. */
    void add(int device, String name, ByteBuffer bytes) {
        String wrong = bytes == null ? "it can't be read" : null;
        if (bytes != null) {
            try {
                MetadataPageFormat.check(bytes, kind, page);
            } catch (FormatException e) {
                wrong = e.getMessage();
                if (e.kind() == FormatException.Kind.TOO_NEW || e.kind() == FormatException.Kind.TOO_OLD) {
                    otherVersion = Optional.of("device " + name + ": " + wrong);
                }
            }
        }
        copies.add(new Copy(device, name, bytes, wrong));
    }

    /** A copy of a version that this software does not write, for messages. */
    Optional<String> otherVersion() {
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

    /** Whether another copy may be as new as the newest sound one, or newer, and says something else. */
    boolean disagreeAboutNewest() {
        ByteBuffer newest = newest().orElseThrow();
        long checkpoint = MetadataPageFormat.checkpoint(newest);
        for (Copy copy : copies) {
            boolean tie = copy.isSound() && copy.checkpoint() == checkpoint && !copy.bytes().equals(newest);
            boolean claimsMore = !copy.isSound() && copy.bytes() != null
                    && MetadataPageFormat.isAddressed(copy.bytes(), kind, page) && copy.checkpoint() > checkpoint;
            if (tie || claimsMore) {
                return true;
            }
        }
        return false;
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
