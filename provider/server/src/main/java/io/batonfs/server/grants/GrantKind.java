package io.batonfs.server.grants;

import java.util.Optional;

/** What a resume key grants, with the number that stands for it in the key. A number is never reused. */
public enum GrantKind {
    /** Reading the sealed extents that a content names. */
    READ_CONTENT(1),
    /** Reading the acknowledged bytes of one extent that may still have a writer. */
    READ_EXTENT(2),
    /** Appending to one extent. */
    WRITE_EXTENT(3);

    private final int number;

    GrantKind(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static Optional<GrantKind> ofNumber(int number) {
        for (GrantKind kind : values()) {
            if (kind.number == number) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
