package io.batonfs.pages;

/**
 * Counters since the engine was opened (VA-1).
 *
 * @param acceleratedReads  reads finished by the accelerated path alone
 * @param acceleratedWrites writes finished by the accelerated path alone
 * @param handedOver        plans handed to the control path
 * @param resubmitted       plans that the control path gave back
 */
public record PageEngineCounters(long acceleratedReads, long acceleratedWrites, long handedOver, long resubmitted) {
}
