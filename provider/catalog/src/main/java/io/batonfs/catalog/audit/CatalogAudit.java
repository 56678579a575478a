package io.batonfs.catalog.audit;

import io.batonfs.catalog.store.TableView;
import java.util.List;
import java.util.Objects;

/**
 * Checks the tables of a catalog against its rules (specs CAT, "Check it"): references, entry sets, bases and their
 * queue, attributes and access control lists, the table of open and tracked files, contents and extents, pages and
 * routes, leases, tokens, counters. It holds all rows in memory. Thread-safe if the view is; the view is the caller's to close.
 */
public final class CatalogAudit {
    private final TableView view;

    /** Checks what this view shows. */
    public CatalogAudit(TableView view) {
        this.view = Objects.requireNonNull(view, "view");
    }

    /** What does not add up, a sentence each; empty if all is well. */
    public List<String> differences() {
        return check(false);
    }

    /** As {@link #differences}, and also what must hold once housekeeping has found nothing more to do. */
    public List<String> differencesAtRest() {
        return check(true);
    }

    private List<String> check(boolean atRest) {
        Rows rows = new Rows(view);
        Findings findings = new Findings();
        new ReferenceCheck(rows, findings).run();
        new DirectoryCheck(rows, findings).run(atRest);
        new AttributeCheck(rows, findings).run();
        new AclCheck(rows, findings).run();
        new OpenFileCheck(rows, findings).run();
        new ExtentCheck(rows, findings).run();
        new BookCheck(rows, findings).run(atRest);
        return findings.all();
    }
}
