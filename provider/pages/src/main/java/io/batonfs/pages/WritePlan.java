package io.batonfs.pages;

import io.batonfs.model.VolumeId;

/** A write on its way; while it is not done it stands in its extent's {@link WriteLane}. */
final class WritePlan extends IoPlan {
    private final WriteRequest request;
    private final int lengthBytes;
    private final WriteLane lane;

    WritePlan(long id, WriteRequest request, WriteLane lane, PlanPolicy policy, IoCompletion completion) {
        super(id, policy, completion);
        this.lane = lane;
        this.request = request;
        this.lengthBytes = request.data().remaining();
    }

    WriteRequest request() {
        return request;
    }

    /** Where it stands until it is done. */
    WriteLane lane() {
        return lane;
    }

    @Override
    VolumeId volume() {
        return request.volume();
    }

    @Override
    long address() {
        return request.address();
    }

    @Override
    int lengthBytes() {
        return lengthBytes;
    }
}
