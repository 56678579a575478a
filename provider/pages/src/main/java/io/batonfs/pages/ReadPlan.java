package io.batonfs.pages;

import io.batonfs.model.VolumeId;

/** A read on its way. */
final class ReadPlan extends IoPlan {
    private final ReadRequest request;
    private final int lengthBytes;

    ReadPlan(long id, ReadRequest request, PlanPolicy policy, IoCompletion completion) {
        super(id, policy, completion);
        this.request = request;
        this.lengthBytes = request.destination().remaining();
    }

    ReadRequest request() {
        return request;
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
