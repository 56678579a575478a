package io.batonfs.pages;

import io.batonfs.model.VolumeId;

/**
 * A plan as the control path shows it (VA-6).
 *
 * @param id          names the plan while it is in flight; never used twice by an engine
 * @param write       whether it writes
 * @param volume      the volume
 * @param address     volume address of its first byte
 * @param lengthBytes bytes
 * @param state       where it is, and so who owns it
 * @param exception   the last exception that it met, or null
 * @param status      its components and how far they got, in words
 */
public record PlanInfo(
        long id, boolean write, VolumeId volume, long address, int lengthBytes, PlanState state,
        PlanExceptionKind exception, String status) {

    static PlanInfo of(IoPlan plan) {
        return new PlanInfo(plan.id(), plan instanceof WritePlan, plan.volume(), plan.address(), plan.lengthBytes(),
                plan.state(), plan.exception(), plan.components().toString());
    }
}
