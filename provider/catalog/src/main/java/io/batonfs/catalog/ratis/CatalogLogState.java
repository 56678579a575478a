package io.batonfs.catalog.ratis;

/**
 * Where one peer of the log is in its life. Transitions:
 *
 * <pre>
 * from      to       when
 * STARTING  RUNNING  log and tables are open
 * STARTING  CLOSED   they could not be opened
 * RUNNING   FAILED   an entry could not be applied, the log not be written, or Ratis closed the peer
 * RUNNING   CLOSED   close()
 * FAILED    CLOSED   close()
 * </pre>
 */
public enum CatalogLogState {
    STARTING,
    RUNNING,
    FAILED,
    CLOSED;

    /** Whether the table in the class comment has this step. */
    boolean mayBecome(CatalogLogState next) {
        return switch (this) {
            case STARTING -> next == RUNNING || next == CLOSED;
            case RUNNING -> next == FAILED || next == CLOSED;
            case FAILED -> next == CLOSED;
            case CLOSED -> false;
        };
    }
}
