package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.VolumeId;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An I/O on its way: the request with its data, the components that it was translated to, and who owns it
 * ({@link PlanState}). Everything but the state belongs to the owner of the moment; the compare-and-set on the state
 * hands it on together with the right to change it, so no other lock is needed.
 */
abstract sealed class IoPlan permits ReadPlan, WritePlan {
    private static final Logger LOG = LoggerFactory.getLogger(IoPlan.class);

    private final long id;
    private final PlanPolicy policy;
    private final IoCompletion completion;
    private final AtomicReference<PlanState> state = new AtomicReference<>(PlanState.QUEUED);

    private volatile List<PlanComponent> components = List.of();
    private volatile PlanExceptionKind exception;
    private Exception cause;
    private boolean passDiverts;
    private int resubmissions;
    private volatile boolean handedOver;

    IoPlan(long id, PlanPolicy policy, IoCompletion completion) {
        this.id = id;
        this.policy = policy;
        this.completion = completion;
    }

    final long id() {
        return id;
    }

    /** What is done when one of its components fails. */
    final PlanPolicy policy() {
        return policy;
    }

    abstract VolumeId volume();

    abstract long address();

    abstract int lengthBytes();

    final PlanState state() {
        return state.get();
    }

    /**
     * The one way in which a plan changes hands.
     *
     * @return false if it was not in {@code from}: somebody else moved it first
     * @throws IllegalStateException if the table of {@link PlanState} has no such step
     */
    final boolean transition(PlanState from, PlanState to) {
        if (!from.mayBecome(to)) {
            throw new IllegalStateException("plan " + id + " can't go from " + from + " to " + to);
        }
        return state.compareAndSet(from, to);
    }

    /** Takes the plan for execution from QUEUED or RESUBMITTED; false if it is not there. */
    final boolean start() {
        return transition(PlanState.QUEUED, PlanState.EXECUTING)
                || transition(PlanState.RESUBMITTED, PlanState.EXECUTING);
    }

    /** Owner only: the exception that the next hand-over is about. */
    final void raise(PlanExceptionKind kind, Exception why) {
        exception = kind;
        cause = why;
        handedOver = true;
    }

    /** Ends the plan well, if it is in {@code from}. */
    final boolean complete(PlanState from) {
        if (!transition(from, PlanState.DONE)) {
            return false;
        }
        try {
            completion.completed();
        } catch (RuntimeException e) {
            LOG.error("completion of plan {} failed; the I/O itself was done", id, e);
        }
        return true;
    }

    /** Ends the plan with an error, if it is in {@code from}. */
    final boolean fail(PlanState from, BatonException why) {
        if (!transition(from, PlanState.DONE)) {
            return false;
        }
        try {
            completion.failed(why);
        } catch (RuntimeException e) {
            LOG.error("completion of plan {} failed; the I/O itself had failed with {}", id, why.getMessage(), e);
        }
        return true;
    }

    final List<PlanComponent> components() {
        return components;
    }

    final void components(List<PlanComponent> translated) {
        components = translated;
    }

    final PlanExceptionKind exception() {
        return exception;
    }

    final Exception cause() {
        return cause;
    }

    final boolean passesDiverts() {
        return passDiverts;
    }

    final void passDiverts() {
        passDiverts = true;
    }

    final int resubmissions() {
        return resubmissions;
    }

    final void countResubmission() {
        resubmissions++;
    }

    /** Whether the control path ever had it. */
    final boolean wasHandedOver() {
        return handedOver;
    }
}
