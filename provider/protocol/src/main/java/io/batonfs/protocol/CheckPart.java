package io.batonfs.protocol;

import io.batonfs.model.ExtentId;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import java.util.List;
import java.util.Objects;

/**
 * A part of what a check of a running group found.
 *
 * @param findings in their order
 * @param last     whether there are no more behind these
 */
public record CheckPart(List<Finding> findings, boolean last) {

    /** Copies the list. */
    public CheckPart {
        findings = List.copyOf(findings);
    }

    /** One of the things that a check has to tell. */
    public sealed interface Finding {
    }

    /**
     * Something that keeps parts of the group from being whole.
     *
     * @param sentence about it
     */
    public record Problem(String sentence) implements Finding {

        /** Checks for nulls. */
        public Problem {
            Objects.requireNonNull(sentence, "sentence");
        }
    }

    /**
     * Bytes that are lost. The places that show them follow, as many as are told.
     *
     * @param server      where they are or should be
     * @param pool        the pool that has them; empty where none has
     * @param volume      their volume
     * @param page        their page, the first one where they are of several
     * @param extent      their extent
     * @param offset      first byte, from the page's beginning
     * @param lengthBytes how many
     * @param reason      what is wrong with them
     * @param morePlaces  how many places show them beside those that follow; Long.MAX_VALUE for that many and more
     */
    public record Lost(ServerId server, String pool, VolumeId volume, long page, ExtentId extent, long offset,
            long lengthBytes, String reason, long morePlaces) implements Finding {

        /** Checks for nulls. */
        public Lost {
            Objects.requireNonNull(server, "server");
            Objects.requireNonNull(pool, "pool");
            Objects.requireNonNull(volume, "volume");
            Objects.requireNonNull(extent, "extent");
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * A place that shows the bytes that were told last.
     *
     * @param place       a path, or what a token is called and a path below that
     * @param offset      first byte, from the file's beginning
     * @param lengthBytes how many
     */
    public record Place(String place, long offset, long lengthBytes) implements Finding {

        /** Checks for nulls. */
        public Place {
            Objects.requireNonNull(place, "place");
        }
    }
}
