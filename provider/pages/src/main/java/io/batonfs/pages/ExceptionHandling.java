package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.placement.PageActivity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What the control path does with the plans that are handed over to it (steps 72 and 74 of the seed's Fig. 6; the table
 * is {@link PlanExceptionKind}): each is resubmitted, held, or failed. Runs in the control path's queue only, which
 * owns the held plans.
 */
final class ExceptionHandling {
    private final GroupId group;
    private final PageGeometry geometry;
    private final PublishedTable table;
    private final SerialQueue queue;
    private final EngineCounts counts;
    private final PageActivity activity;
    private final Fencing fencing;
    private final FailedComponents failedComponents;
    private final Consumer<IoPlan> acceleratedPath;
    private final Map<Long, IoPlan> held = new LinkedHashMap<>();
    private boolean closing;

    /**
     * @param acceleratedPath takes a plan that is in state RESUBMITTED
     */
    ExceptionHandling(GroupId group, PageGeometry geometry, PublishedTable table, SerialQueue queue,
            EngineCounts counts, PageActivity activity, Fencing fencing, FailedComponents failedComponents,
            Consumer<IoPlan> acceleratedPath) {
        this.group = group;
        this.geometry = geometry;
        this.table = table;
        this.queue = queue;
        this.counts = counts;
        this.activity = activity;
        this.fencing = fencing;
        this.failedComponents = failedComponents;
        this.acceleratedPath = acceleratedPath;
    }

    /** Handles a plan in state CONTROL. */
    void handle(IoPlan plan) {
        try {
            dispatch(plan);
        } catch (RuntimeException e) {
            // A fault of ours, or of a pool: the client hears of it, and the lane goes on.
            fail(plan, new BatonException(ErrorCode.INTERNAL, "the " + plan.exception() + " of the I/O at "
                    + plan.address() + " of " + plan.volume() + " could not be handled (" + e
                    + "): see the server's log", e));
        }
    }

    private void dispatch(IoPlan plan) {
        switch (plan.exception()) {
            case UNMAPPED_PAGE -> mapPage((WritePlan) plan);
            case STALE_SEGMENT -> replaceSegment((WritePlan) plan);
            case PAGE_MOVING, DIVERTED, QUIESCENT, TAKEN_OVER -> hold(plan);
            case DISABLED -> fail(plan, ErrorCode.UNREACHABLE, "is disabled: have it enabled, then try again");
            case STALE_EPOCH -> failStale((WritePlan) plan);
            case NEWER_EPOCH -> raiseEpoch((WritePlan) plan);
            case POOL_FULL -> poolFull(plan, failedPool(plan));
            case COMPONENT_FAILED -> componentFailed(plan);
        }
    }

    /** Gives a plan back to the accelerated path. */
    void resubmit(IoPlan plan) {
        held.remove(plan.id());
        if (plan.transition(PlanState.CONTROL, PlanState.RESUBMITTED)) {
            counts.resubmitted.increment();
            acceleratedPath.accept(plan);
        }
    }

    /** Ends a plan with an error. */
    void fail(IoPlan plan, BatonException why) {
        held.remove(plan.id());
        plan.fail(PlanState.CONTROL, why);
        if (plan instanceof WritePlan write) {
            write.lane().kick();
        }
    }

    /** Held plans, in the order of their arrival. */
    List<IoPlan> held() {
        return new ArrayList<>(held.values());
    }

    IoPlan held(long planId) {
        return held.get(planId);
    }

    /** Resubmits the held plans that a change may concern; one that it does not concern comes back. */
    void resubmitHeld(Predicate<IoPlan> which) {
        held().stream().filter(which).forEach(this::resubmit);
    }

    /** From now on nothing is held any more. */
    void failHeldForClose() {
        closing = true;
        held().forEach(this::hold);
    }

    void hold(IoPlan plan) {
        if (closing) {
            fail(plan, ErrorCode.UNREACHABLE, "is being closed on this server: try again later");
        } else if (plan.exception() == PlanExceptionKind.QUIESCENT
                && table.current().volume(plan.volume()).status() == VolumeStatus.ENABLED) {
            // Enabled between the accelerated path's look at the table and now.
            resubmit(plan);
        } else if (plan.exception() == PlanExceptionKind.DIVERTED
                && !table.current().volume(plan.volume()).diverts(plan.address(), plan.lengthBytes())) {
            resubmit(plan);
        } else if (plan.exception() == PlanExceptionKind.PAGE_MOVING && !isMoving((WritePlan) plan)) {
            resubmit(plan);
        } else {
            held.put(plan.id(), plan);
        }
    }

    private boolean isMoving(WritePlan plan) {
        ExtentEntry extent = table.current().extent(plan.request().extent());
        return extent != null && extent.page(geometry.pageOf(plan.address())).state() == PageState.MOVING;
    }

    private void mapPage(WritePlan plan) {
        ExtentEntry extent = table.current().extent(plan.request().extent());
        long page = geometry.pageOf(plan.address());
        if (extent != null && !extent.lane().isSealed() && extent.page(page).state() == PageState.UNMAPPED) {
            Pool pool = extent.pool();
            SegmentId segment;
            try {
                segment = pool.create(
                        new SegmentIdentity(group, extent.run().volume(), page, extent.id()), extent.epoch());
            } catch (IOException | RuntimeException e) {
                if (e instanceof BatonException baton && baton.code() == ErrorCode.NO_SPACE) {
                    poolFull(plan, pool);
                } else {
                    fail(plan, new BatonException(ErrorCode.UNREACHABLE, "no segment for page " + page + " of "
                            + extent.id() + " could be made in pool " + pool.name() + " (" + e.getMessage()
                            + "): see to the pool, then try again", e));
                }
                return;
            }
            table.transaction(before -> before.with(extent.withPage(page, PageEntry.open(pool, segment, activity.add()))));
        }
        resubmit(plan);
    }

    private void replaceSegment(WritePlan plan) {
        ExtentEntry extent = table.current().extent(plan.request().extent());
        long page = geometry.pageOf(plan.address());
        if (extent == null || extent.page(page).state() != PageState.STALE) {
            resubmit(plan);
            return;
        }
        // The writer shows that the end is here, so nothing behind it was ever acknowledged.
        PageEntry stale = extent.page(page);
        table.transaction(before -> before.with(extent.withPage(page, PageEntry.UNMAPPED)));
        stale.readers().close(() -> queue.proceed(() -> {
            activity.remove(stale.activity());
            try {
                stale.pool().free(stale.segment());
                mapPage(plan);
            } catch (IOException | RuntimeException e) {
                ExtentEntry now = table.current().extent(plan.request().extent());
                if (now != null) {
                    table.transaction(before -> before.with(now.withPage(page, stale.unserved())));
                }
                fail(plan, new BatonException(ErrorCode.UNREACHABLE, "the stale segment of page " + page + " of "
                        + plan.request().extent() + " could not be freed (" + e.getMessage()
                        + "): seal the extent and go on in a new one", e));
            }
        }));
    }

    private void failStale(WritePlan plan) {
        ExtentEntry extent = table.current().extent(plan.request().extent());
        Epoch inForce = extent == null ? null : extent.epoch();
        fail(plan, new BatonException(ErrorCode.FENCED, plan.request().writeEpoch() + " may not write "
                + plan.request().extent() + " any more: " + inForce
                + " is in force; the lease was taken over, open the file again"));
    }

    private void raiseEpoch(WritePlan plan) {
        fencing.raise(plan.request().extent(), plan.request().writeEpoch()).whenComplete((state, failure) ->
                queue.proceed(() -> {
                    ErrorCode code = failure instanceof BatonException baton ? baton.code() : null;
                    if (failure == null || code == ErrorCode.NO_SUCH_EXTENT || code == ErrorCode.FENCED) {
                        // It is known no more, or older by now: the accelerated path says so.
                        resubmit(plan);
                    } else if (failure instanceof BatonException refused) {
                        fail(plan, refused);
                    } else {
                        fail(plan, new BatonException(ErrorCode.UNREACHABLE, plan.request().writeEpoch() + " of "
                                + plan.request().extent() + " could not be recorded (" + failure.getMessage()
                                + "): see to the pool, then try again", failure));
                    }
                }));
    }

    private void poolFull(IoPlan plan, Pool pool) {
        if (plan.resubmissions() == 0 && pool.status().freeBytes() >= plan.lengthBytes()) {
            plan.countResubmission();
            resubmit(plan);
        } else {
            fail(plan, new BatonException(ErrorCode.NO_SPACE, "pool " + pool.name() + " has no room for "
                    + plan.lengthBytes() + " bytes of " + plan.volume()
                    + ": free space, add devices, or choose another class of service"));
        }
    }

    private static Pool failedPool(IoPlan plan) {
        return plan.components().stream().filter(c -> c.status() == PlanComponent.Status.FAILED).findFirst()
                .orElseThrow().pool();
    }

    private void componentFailed(IoPlan plan) {
        BatonException failure = failedComponents.judge(plan);
        if (failure != null) {
            fail(plan, failure);
        } else if (failedComponents.succeeded(plan)) {
            plan.complete(PlanState.CONTROL);
            if (plan instanceof WritePlan write) {
                write.lane().kick();
            }
        } else {
            plan.countResubmission();
            resubmit(plan);
        }
    }

    private void fail(IoPlan plan, ErrorCode code, String volumeMessage) {
        fail(plan, new BatonException(code, plan.volume() + " " + volumeMessage));
    }
}
