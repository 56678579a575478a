package io.batonfs.pages;

/**
 * Bounds of an engine's queues.
 *
 * @param plansInFlight   I/Os begun and not ended, held ones included; one more is refused with BUSY
 * @param controlCommands exceptions and commands that wait for the control path; one more is refused with BUSY
 */
public record PageEngineLimits(int plansInFlight, int controlCommands) {

    /** 64 connections with 128 credits each; every one of them may meet an exception, and 64 commands beside. */
    public static final PageEngineLimits DEFAULT = new PageEngineLimits(8192, 8192 + 64);

    /** Checks the ranges. */
    public PageEngineLimits {
        if (plansInFlight < 1 || controlCommands < 1) {
            throw new IllegalArgumentException("bounds of " + plansInFlight + " plans and " + controlCommands
                    + " commands");
        }
    }
}
