package io.batonfs.server.grants;

import io.batonfs.model.ContentId;
import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import java.util.Objects;

/**
 * What a genuine resume key says (CAT-10, CAT-12).
 *
 * @param kind           what may be done
 * @param subject        packed id of the content or extent
 * @param writeEpoch     the epoch that a writer shows; of a grant to read a content, how often in a row it renewed
 *                       itself; else zero
 * @param expiresSeconds when it dies, seconds since 1970
 */
public record Grant(GrantKind kind, long subject, Epoch writeEpoch, long expiresSeconds) {

    /** Checks for nulls. */
    public Grant {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(writeEpoch, "writeEpoch");
    }

    /** A grant to read a content. */
    public static Grant readContent(ContentId content, long expiresSeconds) {
        return new Grant(GrantKind.READ_CONTENT, content.value(), new Epoch(0), expiresSeconds);
    }

    /** The same grant to read a content for longer. */
    public Grant renewed(long longerSeconds) {
        return new Grant(kind, subject, writeEpoch.next(), longerSeconds);
    }

    /** How often in a row a grant to read a content renewed itself. */
    public long renewals() {
        return writeEpoch.value();
    }

    /** A grant to read an extent. */
    public static Grant readExtent(ExtentId extent, long expiresSeconds) {
        return new Grant(GrantKind.READ_EXTENT, extent.value(), new Epoch(0), expiresSeconds);
    }

    /** A grant to append to an extent. */
    public static Grant writeExtent(ExtentId extent, Epoch writeEpoch, long expiresSeconds) {
        return new Grant(GrantKind.WRITE_EXTENT, extent.value(), writeEpoch, expiresSeconds);
    }
}
