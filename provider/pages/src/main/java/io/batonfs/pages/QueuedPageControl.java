package io.batonfs.pages;

import io.batonfs.model.VolumeId;
import java.io.IOException;
import java.util.List;

/** {@link PageControl} by commands in the control path's queue. */
final class QueuedPageControl implements PageControl {
    private final ControlCommands queue;
    private final PlanCommands plans;
    private final PublishedTable table;

    QueuedPageControl(ControlCommands queue, PlanCommands plans, PublishedTable table) {
        this.queue = queue;
        this.plans = plans;
        this.table = table;
    }

    @Override
    public void setStatus(VolumeId volume, VolumeStatus status) throws IOException {
        queue.run(() -> {
            plans.setStatus(volume, status);
            return null;
        });
    }

    @Override
    public VolumeStatus status(VolumeId volume) {
        return table.current().volume(volume).status();
    }

    @Override
    public void addDivertRange(DivertRange range) throws IOException {
        queue.run(() -> {
            plans.addDivertRange(range);
            return null;
        });
    }

    @Override
    public void removeDivertRange(DivertRange range) throws IOException {
        queue.run(() -> {
            plans.removeDivertRange(range);
            return null;
        });
    }

    @Override
    public List<PlanInfo> held(VolumeId volume) throws IOException {
        return queue.run(() -> plans.held(volume));
    }

    @Override
    public List<PlanInfo> inFlight(VolumeId volume, boolean takeOver) throws IOException {
        return queue.run(() -> plans.inFlight(volume, takeOver));
    }

    @Override
    public boolean takeOver(long planId) throws IOException {
        return queue.run(() -> plans.takeOver(planId));
    }

    @Override
    public boolean resubmit(long planId, boolean passDiverts) throws IOException {
        return queue.run(() -> plans.resubmit(planId, passDiverts));
    }

    @Override
    public boolean abort(long planId) throws IOException {
        return queue.run(() -> plans.abort(planId));
    }
}
