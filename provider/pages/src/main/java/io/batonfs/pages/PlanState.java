package io.batonfs.pages;

/**
 * Where an I/O plan is. Exactly one party owns it in each state (VA-6).
 *
 * <pre>
 * state        owner             may become
 * QUEUED       accelerated path  EXECUTING, CONTROL (taken over), DONE (aborted)
 * EXECUTING    accelerated path  CONTROL (exception), DONE
 * CONTROL      control path      RESUBMITTED, DONE (failed, aborted)
 * RESUBMITTED  accelerated path  EXECUTING, CONTROL (taken over), DONE (aborted)
 * DONE         nobody            -
 * </pre>
 */
public enum PlanState {
    /** Waits for its turn on the accelerated path. */
    QUEUED(Owner.ACCELERATED_PATH),
    /** Its components are being carried out. */
    EXECUTING(Owner.ACCELERATED_PATH),
    /** Met an exception, or was taken over. */
    CONTROL(Owner.CONTROL_PATH),
    /** Waits for its turn again after the control path handled it. */
    RESUBMITTED(Owner.ACCELERATED_PATH),
    /** Its completion was called. */
    DONE(Owner.NOBODY);

    /** Who may change a plan. */
    public enum Owner {
        /** The accelerated path. */
        ACCELERATED_PATH,
        /** The control path. */
        CONTROL_PATH,
        /** The plan has ended. */
        NOBODY
    }

    private final Owner owner;

    PlanState(Owner owner) {
        this.owner = owner;
    }

    /** Who owns a plan in this state. */
    public Owner owner() {
        return owner;
    }

    /** The table in the class comment. */
    boolean mayBecome(PlanState next) {
        return switch (this) {
            case QUEUED, RESUBMITTED -> next == EXECUTING || next == CONTROL || next == DONE;
            case EXECUTING -> next == CONTROL || next == DONE;
            case CONTROL -> next == RESUBMITTED || next == DONE;
            case DONE -> false;
        };
    }
}
