package io.batonfs.catalog.histories;

/** Catalog and model disagree. */
final class HistoryFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    HistoryFailure(String message) {
        super(message);
    }

    static void check(boolean holds, String message) {
        if (!holds) {
            throw new HistoryFailure(message);
        }
    }
}
