package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;

/**
 * Carries out I/O plans with nothing but the published mapping table (VA-1, VA-2). Runs on the I/O executor, reads
 * also in their caller's thread; takes no
 * lock that the control path takes, and never waits for it: a plan that meets an exception is handed over with its data
 * and forgotten here until it is resubmitted.
 */
final class AcceleratedPath {
    private final PublishedTable table;
    private final PlanTranslator translator;
    private final PlanExecutor executor;
    private final Executor io;
    private final EngineCounts counts;
    private final Predicate<IoPlan> controlPath;

    /**
     * @param controlPath takes a plan in state CONTROL; false if its queue is full
     */
    AcceleratedPath(PublishedTable table, PlanTranslator translator, PlanExecutor executor, Executor io,
            EngineCounts counts, Predicate<IoPlan> controlPath) {
        this.table = table;
        this.translator = translator;
        this.executor = executor;
        this.io = io;
        this.counts = counts;
        this.controlPath = controlPath;
    }

    /** Starts a read. */
    void submit(ReadPlan plan) {
        try {
            io.execute(() -> carryOut(plan));
        } catch (RejectedExecutionException e) {
            // A bounded executor that is full: the submitter does the work, which slows it down as it should.
            carryOut(plan);
        }
    }

    /** Starts a write: puts it in its extent's lane. */
    void submit(WritePlan plan) {
        plan.lane().enqueue(plan);
    }

    /** Goes on with a plan that the control path has just put in state RESUBMITTED. */
    void resubmitted(IoPlan plan) {
        if (plan instanceof ReadPlan read) {
            submit(read);
        } else {
            ((WritePlan) plan).lane().kick();
        }
    }

    /** Reads in the caller's thread, but for what the control path has to see to first. */
    void carryOut(ReadPlan plan) {
        while (plan.start()) {
            Translation translation = translator.read(table.current(), plan);
            // A closed gate: the segment is being freed, and a table without it stands already. Look again.
            while (translation.readers() != null && !translation.readers().enter()) {
                translation = translator.read(table.current(), plan);
            }
            try {
                if (translated(plan, translation)) {
                    finish(plan, executor.run(plan));
                }
            } catch (RuntimeException e) {
                failUnexpectedly(plan, e);
            } finally {
                if (translation.readers() != null) {
                    translation.readers().exit();
                }
            }
        }
    }

    /** Carries out a read that its caller has started, in his thread; what is exceptional ends it, and isn't handed over. */
    void carryOutOrFail(ReadPlan plan) {
        boolean done = false;
        try {
            Translation translation = translator.read(table.current(), plan);
            Gate readers = translation.readers();
            if (translation.isExecutable() && (readers == null || readers.enter())) {
                try {
                    plan.components(translation.components());
                    done = executor.run(plan);
                } finally {
                    if (readers != null) {
                        readers.exit();
                    }
                }
            }
        } catch (RuntimeException e) {
            failUnexpectedly(plan, e);
            return;
        }
        if (done) {
            counts.acceleratedReads.increment();
            plan.complete(PlanState.EXECUTING);
        } else {
            plan.fail(PlanState.EXECUTING, new BatonException(ErrorCode.AGAIN,
                    "the bytes at " + plan.address() + " of " + plan.volume() + " can't be read at once"));
        }
    }

    /** What a lane calls for the plan at its head; see {@link WriteLane.Writer}. */
    boolean write(WritePlan plan, WriteLane lane) {
        while (plan.start()) {
            try {
                if (translated(plan, translator.write(table.current(), plan, lane))) {
                    boolean all = executor.run(plan);
                    moveEnds(plan, lane, all);
                    finish(plan, all);
                }
            } catch (RuntimeException e) {
                failUnexpectedly(plan, e);
            }
        }
        return plan.state() == PlanState.DONE;
    }

    /** A fault of ours must not take the lane or the executor's thread with it. */
    private static void failUnexpectedly(IoPlan plan, RuntimeException fault) {
        plan.fail(PlanState.EXECUTING, new BatonException(ErrorCode.INTERNAL, "the I/O at " + plan.address() + " of "
                + plan.volume() + " ended unexpectedly (" + fault + "): see the server's log", fault));
    }

    private static void moveEnds(WritePlan plan, WriteLane lane, boolean all) {
        for (PlanComponent component : plan.components()) {
            if (component.operation() == PlanComponent.Operation.APPEND
                    && component.status() == PlanComponent.Status.DONE) {
                lane.endAddress(plan.address() + plan.lengthBytes());
            }
        }
        if (all && plan.request().writeThrough()) {
            lane.forcedAddress(lane.endAddress());
        }
    }

    /** Whether the plan can be carried out; if not it was refused or handed over. */
    private boolean translated(IoPlan plan, Translation translation) {
        if (translation.refusal() != null) {
            plan.fail(PlanState.EXECUTING, translation.refusal());
            return false;
        }
        if (translation.exception() != null) {
            handOver(plan, translation.exception(), null);
            return false;
        }
        plan.components(translation.components());
        return true;
    }

    private void finish(IoPlan plan, boolean all) {
        if (all) {
            if (!plan.wasHandedOver()) {
                (plan instanceof ReadPlan ? counts.acceleratedReads : counts.acceleratedWrites).increment();
            }
            plan.complete(PlanState.EXECUTING);
            return;
        }
        Exception first = firstFailure(plan);
        ErrorCode code = first instanceof BatonException baton ? baton.code() : null;
        if (code == ErrorCode.INVALID_ARGUMENT || code == ErrorCode.CHECKSUM_MISMATCH) {
            // The pool or the comparison found fault with the request, and nothing was kept.
            plan.fail(PlanState.EXECUTING, (BatonException) first);
        } else {
            handOver(plan, code == ErrorCode.NO_SPACE
                    ? PlanExceptionKind.POOL_FULL : PlanExceptionKind.COMPONENT_FAILED, first);
        }
    }

    private static Exception firstFailure(IoPlan plan) {
        for (PlanComponent component : plan.components()) {
            if (component.status() == PlanComponent.Status.FAILED) {
                return component.failure();
            }
        }
        throw new IllegalStateException("plan " + plan.id() + " failed without a failed component");
    }

    private void handOver(IoPlan plan, PlanExceptionKind kind, Exception cause) {
        plan.raise(kind, cause);
        counts.handedOver.increment();
        plan.transition(PlanState.EXECUTING, PlanState.CONTROL);
        if (!controlPath.test(plan)) {
            plan.fail(PlanState.CONTROL, new BatonException(ErrorCode.BUSY,
                    "too many exceptions wait for the control path of this server: try again"));
        }
    }
}
