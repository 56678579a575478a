package io.batonfs.model;

import java.util.List;
import java.util.Objects;

/**
 * On whose behalf a call is made. It rides in every command, because what a command does may depend on it and nothing
 * else (CAT-9).
 *
 * @param user      the user's short name
 * @param groups    the user's groups, primary first
 * @param superuser whether permission checks are passed over
 */
public record Caller(String user, List<String> groups, boolean superuser) {

    /** Checks for nulls and copies the list. */
    public Caller {
        Objects.requireNonNull(user, "user");
        groups = List.copyOf(groups);
        if (user.isEmpty()) {
            throw new IllegalArgumentException("a caller has a name");
        }
    }
}
