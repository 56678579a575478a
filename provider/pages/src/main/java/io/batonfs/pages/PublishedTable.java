package io.batonfs.pages;

import java.util.function.UnaryOperator;

/**
 * The one reference through which the accelerated path sees the mapping table. Read by any thread, without a lock;
 * changed by the control path alone. All changes of one transaction become visible at once (VA-9).
 */
final class PublishedTable {
    private volatile PageTable current;

    PublishedTable(PageTable first) {
        this.current = first;
    }

    /** The newest version. */
    PageTable current() {
        return current;
    }

    /** Control path only. If {@code changes} throws, nothing was published. */
    void transaction(UnaryOperator<PageTable> changes) {
        PageTable before = current;
        current = changes.apply(before).atVersion(before.version() + 1);
    }
}
