package io.batonfs.pages;

/** Says in words how far a plan got (the seed's status decoding, VA-6). */
final class PlanStatusDecoder {

    private PlanStatusDecoder() {
    }

    /** The first component that failed, with its reason; a sentence to that effect if none did. */
    static String firstFailure(IoPlan plan) {
        return plan.components().stream().filter(c -> c.status() == PlanComponent.Status.FAILED).findFirst()
                .map(PlanComponent::toString).orElse("no component failed");
    }
}
