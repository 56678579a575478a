package io.batonfs.pools.placement;

/**
 * One read or write of a trace.
 *
 * @param timeMs     since the trace began; never less than that of the access before
 * @param page       the page
 * @param write      whether it is written
 * @param background of a stream whose speed nobody waits for: it is done, but counts neither as hit nor as miss
 */
record Access(long timeMs, TracePage page, boolean write, boolean background) {
}
