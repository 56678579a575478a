package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.VolumeId;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands behind {@link PageControl}, which says what they mean. Called in the control path's queue only.
 */
final class PlanCommands {
    private final PublishedTable table;
    private final InFlightPlans plans;
    private final EngineCounts counts;
    private final ExceptionHandling exceptions;

    PlanCommands(PublishedTable table, InFlightPlans plans, EngineCounts counts, ExceptionHandling exceptions) {
        this.table = table;
        this.plans = plans;
        this.counts = counts;
        this.exceptions = exceptions;
    }

    void setStatus(VolumeId volume, VolumeStatus status) {
        table.transaction(before -> before.with(volume, before.volume(volume).with(status)));
        if (status != VolumeStatus.QUIESCENT) {
            exceptions.resubmitHeld(plan ->
                    plan.exception() == PlanExceptionKind.QUIESCENT && plan.volume().equals(volume));
        }
    }

    void addDivertRange(DivertRange range) {
        List<DivertRange> ranges = new ArrayList<>(table.current().volume(range.volume()).diverts());
        if (!ranges.contains(range)) {
            ranges.add(range);
            setDiverts(range.volume(), ranges);
        }
    }

    void removeDivertRange(DivertRange range) {
        List<DivertRange> ranges = new ArrayList<>(table.current().volume(range.volume()).diverts());
        if (ranges.remove(range)) {
            setDiverts(range.volume(), ranges);
            VolumeEntry now = table.current().volume(range.volume());
            exceptions.resubmitHeld(plan -> plan.exception() == PlanExceptionKind.DIVERTED
                    && plan.volume().equals(range.volume()) && !now.diverts(plan.address(), plan.lengthBytes()));
        }
    }

    private void setDiverts(VolumeId volume, List<DivertRange> ranges) {
        table.transaction(before -> before.with(volume, before.volume(volume).withDiverts(ranges)));
    }

    List<PlanInfo> held(VolumeId volume) {
        return exceptions.held().stream().filter(plan -> volume == null || plan.volume().equals(volume))
                .map(PlanInfo::of).toList();
    }

    List<PlanInfo> inFlight(VolumeId volume, boolean takeOver) {
        List<PlanInfo> listed = new ArrayList<>();
        for (IoPlan plan : plans.of(volume)) {
            if (takeOver) {
                takeOver(plan);
            }
            if (plan.state() != PlanState.DONE) {
                listed.add(PlanInfo.of(plan));
            }
        }
        return listed;
    }

    boolean takeOver(long planId) {
        IoPlan plan = plans.get(planId);
        return plan != null && takeOver(plan);
    }

    private boolean takeOver(IoPlan plan) {
        if (!plan.transition(PlanState.QUEUED, PlanState.CONTROL)
                && !plan.transition(PlanState.RESUBMITTED, PlanState.CONTROL)) {
            return false;
        }
        plan.raise(PlanExceptionKind.TAKEN_OVER, null);
        counts.handedOver.increment();
        exceptions.hold(plan);
        return true;
    }

    boolean resubmit(long planId, boolean passDiverts) {
        IoPlan plan = exceptions.held(planId);
        if (plan == null) {
            return false;
        }
        if (passDiverts) {
            plan.passDiverts();
        }
        exceptions.resubmit(plan);
        return true;
    }

    boolean abort(long planId) {
        IoPlan plan = plans.get(planId);
        if (plan == null || exceptions.held(planId) == null && !takeOver(plan)) {
            return false;
        }
        exceptions.fail(plan, new BatonException(ErrorCode.AGAIN,
                "the I/O at " + plan.address() + " of " + plan.volume() + " was aborted here: try again"));
        return true;
    }
}
