package io.batonfs.pages;

import java.util.EnumSet;
import java.util.Set;

/**
 * What is done when a component of a plan fails (VA-5): the seed's masks, over the roles of components.
 *
 * @param continueAfter      continuation mask: failing in these roles does not keep later components from being tried
 * @param neededForSuccess   success mask: the client hears success only if all of these roles succeeded; a plan's
 *                           primary component is always among them
 * @param logged             log mask: failures in these roles are logged, without the data
 * @param deactivating       deactivate mask: failing in these roles disables the volume until somebody enables it
 * @param resubmissions      how often a plan with a failed component is tried again; forced writes never are, because
 *                           a force that follows a failed one proves nothing
 */
public record PlanPolicy(
        Set<PlanComponent.Role> continueAfter, Set<PlanComponent.Role> neededForSuccess,
        Set<PlanComponent.Role> logged, Set<PlanComponent.Role> deactivating, int resubmissions) {

    /** Stop at the first failure, log it, try once more (a pool has already tried its redundancy), keep the volume. */
    public static final PlanPolicy DEFAULT = new PlanPolicy(
            Set.of(), EnumSet.allOf(PlanComponent.Role.class), EnumSet.allOf(PlanComponent.Role.class), Set.of(), 1);

    /** Copies the sets and checks them. */
    public PlanPolicy {
        continueAfter = Set.copyOf(continueAfter);
        neededForSuccess = Set.copyOf(neededForSuccess);
        logged = Set.copyOf(logged);
        deactivating = Set.copyOf(deactivating);
        if (!neededForSuccess.contains(PlanComponent.Role.PRIMARY)) {
            throw new IllegalArgumentException("no plan succeeds without its primary component");
        }
        if (resubmissions < 0) {
            throw new IllegalArgumentException(resubmissions + " resubmissions");
        }
    }
}
