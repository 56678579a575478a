package io.batonfs.pages;

import io.batonfs.pools.SegmentInfo;

/**
 * A segment that was found when the engine was opened and is not served. Nothing is freed on account of a problem.
 *
 * @param poolName where it is; empty where a segment is missing
 * @param segment  the segment, or null where one is missing
 * @param message  what is wrong, and what to do
 */
public record SegmentProblem(String poolName, SegmentInfo segment, String message) {
}
