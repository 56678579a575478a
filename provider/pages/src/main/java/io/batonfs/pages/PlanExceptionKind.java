package io.batonfs.pages;

/** Why a plan went to the control path (VA-2), and what is done about it there. */
public enum PlanExceptionKind {
    /** First write to a page of a known extent: a segment is made, the plan resubmitted. */
    UNMAPPED_PAGE,
    /** A segment holds bytes past the extent's end, which a power cut left: it is replaced, the plan resubmitted. */
    STALE_SEGMENT,
    /** The page is about to be found in another pool: held until it is, then resubmitted. */
    PAGE_MOVING,
    /** The address lies in a divert range: held until the range is removed or somebody decides. */
    DIVERTED,
    /** The volume is quiescent: held until it is enabled, then resubmitted. */
    QUIESCENT,
    /** The volume is disabled: failed. */
    DISABLED,
    /** The writer shows an epoch older than the one in force: failed. */
    STALE_EPOCH,
    /** The writer shows a newer epoch than is known here: it is recorded, the plan resubmitted. */
    NEWER_EPOCH,
    /** A pool had no space: resubmitted if there is some now, else failed. */
    POOL_FULL,
    /** A component failed: handled by the plan's {@link PlanPolicy}. */
    COMPONENT_FAILED,
    /** Somebody took the plan over before it began: held until that somebody decides. */
    TAKEN_OVER
}
