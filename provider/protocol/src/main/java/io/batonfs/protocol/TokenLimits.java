package io.batonfs.protocol;

/**
 * How long tokens live (TOK-5).
 *
 * @param timeToLiveMs     from creation, at least 1; cut to the group's bound
 * @param inactivityMs     from last use, at least 1; cut to the group's bound
 */
public record TokenLimits(long timeToLiveMs, long inactivityMs) {
}
