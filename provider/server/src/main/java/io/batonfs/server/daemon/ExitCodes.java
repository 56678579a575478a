package io.batonfs.server.daemon;

/** What the commands end with; supervisors tell the reasons apart by these. */
final class ExitCodes {
    static final int OK = 0;
    /** It did not work; the message says why. */
    static final int FAILED = 1;
    /** The catalog has stopped; a new start may mend it. */
    static final int CATALOG_STOPPED = 3;
    /** An orderly shutdown took too long and was cut short. */
    static final int SHUTDOWN_CUT_SHORT = 4;

    private ExitCodes() {
    }
}
