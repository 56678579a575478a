package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import io.batonfs.pools.SegmentInfo;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about plans of which a component failed, by their {@link PlanPolicy} (VA-5), and finds out what a failed
 * append left behind. Control path only; the plan, and with it the end of its lane, belong to the control path here.
 */
final class FailedComponents {
    private static final Logger LOG = LoggerFactory.getLogger(FailedComponents.class);

    private final PageGeometry geometry;
    private final PublishedTable table;
    private final PlanExecutor executor;

    FailedComponents(PageGeometry geometry, PublishedTable table, PlanExecutor executor) {
        this.geometry = geometry;
        this.table = table;
        this.executor = executor;
    }

    /** Whether all components that the success mask names succeeded. */
    boolean succeeded(IoPlan plan) {
        return plan.components().stream().allMatch(component -> component.status() == PlanComponent.Status.DONE
                || !plan.policy().neededForSuccess().contains(component.role()));
    }

    /** Why the plan fails; null if it succeeded all the same, or may be tried again. */
    BatonException judge(IoPlan plan) {
        boolean deactivate = false;
        for (PlanComponent component : plan.components()) {
            if (component.status() == PlanComponent.Status.FAILED) {
                if (plan.policy().logged().contains(component.role())) {
                    warn(plan, component);
                }
                deactivate |= plan.policy().deactivating().contains(component.role());
            }
        }
        if (deactivate) {
            table.transaction(before ->
                    before.with(plan.volume(), before.volume(plan.volume()).with(VolumeStatus.DISABLED)));
            LOG.warn("{} is disabled after plan {} failed, until it is enabled again", plan.volume(), plan.id());
        }
        if (succeeded(plan)) {
            return null;
        }
        ErrorCode code = plan instanceof WritePlan write ? outcomeOfAppend(write) : ErrorCode.UNREACHABLE;
        boolean forced = plan instanceof WritePlan write && write.request().writeThrough();
        if (plan.cause() instanceof BatonException baton) {
            return baton;
        }
        boolean again = code == ErrorCode.UNREACHABLE || code == null;
        if (again && !forced && !deactivate && plan.resubmissions() < plan.policy().resubmissions()) {
            return null;
        }
        return new BatonException(code == null ? ErrorCode.OUTCOME_UNKNOWN : code, plan.lengthBytes() + " bytes at "
                + plan.address() + " of " + plan.volume() + ": " + PlanStatusDecoder.firstFailure(plan)
                + "; see to the pool, then try again", plan.cause());
    }

    /** What is lost is lost at each read, and where that was found out tells nothing. */
    private static void warn(IoPlan plan, PlanComponent component) {
        boolean lost = component.failure() instanceof BatonException known && known.code() == ErrorCode.DATA_LOST;
        LOG.warn("plan {} on {}: {}", plan.id(), plan.volume(), component, lost ? null : component.failure());
    }

    /**
     * What the failed write left in its segment: UNREACHABLE if nothing, null if all of it (the lane's end has been
     * moved, and the same write again would succeed), OUTCOME_UNKNOWN if that can't be known.
     */
    private ErrorCode outcomeOfAppend(WritePlan plan) {
        PlanComponent append = plan.components().stream()
                .filter(c -> c.operation() == PlanComponent.Operation.APPEND
                        && c.status() == PlanComponent.Status.FAILED)
                .findFirst().orElse(null);
        if (append == null) {
            return ErrorCode.UNREACHABLE;
        }
        SegmentInfo left = append.pool().segment(append.segment());
        if (left != null && left.lengthBytes() == append.offset()) {
            return ErrorCode.UNREACHABLE;
        }
        try {
            if (left != null && left.lengthBytes() == append.offset() + append.lengthBytes()
                    && append.pool().checksum(append.segment(), append.offset(), append.lengthBytes())
                            == executor.wholeCrc(append, plan.request().pieceCrcs())) {
                plan.lane().endAddress(plan.address() + plan.lengthBytes());
                return null;
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("what plan {} left behind can't be read", plan.id(), e);
        }
        markUncertain(plan);
        return ErrorCode.OUTCOME_UNKNOWN;
    }

    private void markUncertain(WritePlan plan) {
        ExtentEntry extent = table.current().extent(plan.request().extent());
        if (extent == null || extent.lane() != plan.lane()) {
            return;
        }
        long page = geometry.pageOf(plan.address());
        PageEntry uncertain = extent.page(page).with(PageState.UNCERTAIN);
        table.transaction(before -> before.with(extent.withPage(page, uncertain)));
    }
}
