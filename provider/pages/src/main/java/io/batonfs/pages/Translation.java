package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.util.List;

/**
 * What became of a plan when its logical address was looked up: one of the three is not null.
 *
 * @param components what is to be carried out
 * @param readers    entered while it is carried out, or null where none is needed
 * @param exception  why the control path has to have it
 * @param refusal    why it is refused for good
 */
record Translation(
        List<PlanComponent> components, Gate readers, PlanExceptionKind exception, BatonException refusal) {

    /** Whether there is something to carry out. */
    boolean isExecutable() {
        return components != null;
    }

    static Translation executable(List<PlanComponent> components, Gate readers) {
        return new Translation(components, readers, null, null);
    }

    static Translation exception(PlanExceptionKind kind) {
        return new Translation(null, null, kind, null);
    }

    static Translation refused(ErrorCode code, String message) {
        return new Translation(null, null, null, new BatonException(code, message));
    }
}
