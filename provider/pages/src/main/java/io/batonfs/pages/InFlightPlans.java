package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.VolumeId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The plans that have begun and not ended. Any thread; who lists does not hinder those who add and remove.
 */
final class InFlightPlans {
    private final int bound;
    private final Gate gate = new Gate();
    private final AtomicLong nextId = new AtomicLong();
    private final Map<Long, IoPlan> plans = new ConcurrentHashMap<>();

    InFlightPlans(int bound) {
        this.bound = bound;
    }

    /** What became of the wish to begin a plan. */
    enum Admission {
        ADMITTED,
        BUSY,
        CLOSED
    }

    /** If ADMITTED, a plan with a completion from {@link #strikingOff} must follow. */
    Admission admit() {
        if (!gate.enter()) {
            return Admission.CLOSED;
        }
        if (gate.uses() > bound) {
            gate.exit();
            return Admission.BUSY;
        }
        return Admission.ADMITTED;
    }

    long nextId() {
        return nextId.incrementAndGet();
    }

    void add(IoPlan plan) {
        plans.put(plan.id(), plan);
    }

    private void ended(long id) {
        plans.remove(id);
        gate.exit();
    }

    /** The plan, or null once it ended. */
    IoPlan get(long id) {
        return plans.get(id);
    }

    /** Those of a volume (null: of all), in the order of their beginning. */
    List<IoPlan> of(VolumeId volume) {
        return plans.values().stream().filter(plan -> volume == null || plan.volume().equals(volume))
                .sorted(Comparator.comparingLong(IoPlan::id)).toList();
    }

    /** Admits no more; {@code whenDrained} runs when the last one has ended. */
    void close(Runnable whenDrained) {
        gate.close(whenDrained);
    }

    /** A completion that passes the news on and then strikes the plan off. */
    IoCompletion strikingOff(long id, IoCompletion completion) {
        return new IoCompletion() {
            @Override
            public void completed() {
                try {
                    completion.completed();
                } finally {
                    ended(id);
                }
            }

            @Override
            public void failed(BatonException cause) {
                try {
                    completion.failed(cause);
                } finally {
                    ended(id);
                }
            }
        };
    }
}
