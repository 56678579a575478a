package io.batonfs.server.rpc;

import io.batonfs.model.ExtentId;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.DeviceMeasurement;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.MeasureOrder;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.protocol.RetireOrder;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.protocol.StorageService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** Notes what it is asked and gives the answer that the test put in its place. For one thread at a time. */
final class RecordingStorage implements StorageService {
    private final ServerId server;
    private volatile RecordingCatalog.Asked last;
    private volatile RecordingCatalog.Answer answer = asked -> null;

    RecordingStorage(ServerId server) {
        this.server = server;
    }

    /** The last call; its first argument is the server. */
    RecordingCatalog.Asked last() {
        return last;
    }

    /** Answers every call from now on. */
    void answer(RecordingCatalog.Answer now) {
        answer = now;
    }

    @SuppressWarnings("unchecked")
    private <T> T asked(String method, CallContext context, Object... arguments) throws IOException {
        List<Object> all = new ArrayList<>(List.of(server));
        all.addAll(Arrays.asList(arguments));
        last = new RecordingCatalog.Asked(method, context, all);
        return (T) answer.to(last);
    }

    @Override
    public Negotiated negotiate(CallContext context, byte[] negotiateRequest) throws IOException {
        return asked("negotiate", context, negotiateRequest);
    }

    @Override
    public OptionalLong acknowledgedLength(CallContext context, ResumeKey key, ExtentId extent) throws IOException {
        return asked("acknowledgedLength", context, key, extent);
    }

    @Override
    public boolean scrub(CallContext context, ScrubOrder order) throws IOException {
        return this.<Boolean>asked("scrub", context, order);
    }

    @Override
    public String changeDevice(CallContext context, DeviceOrder order) throws IOException {
        return this.<String>asked("changeDevice", context, order);
    }

    @Override
    public NewDeviceSet.Added addDeviceSet(CallContext context, NewDeviceSet order) throws IOException {
        return this.<NewDeviceSet.Added>asked("addDeviceSet", context, order);
    }

    @Override
    public RetireOrder.Answer retireDeviceSet(CallContext context, RetireOrder order) throws IOException {
        return this.<RetireOrder.Answer>asked("retireDeviceSet", context, order);
    }

    @Override
    public DeviceMeasurement measureDevice(CallContext context, MeasureOrder order) throws IOException {
        return asked("measureDevice", context, order);
    }

    @Override
    public int checksum(CallContext context, ResumeKey key, ExtentId extent, long offset, long lengthBytes)
            throws IOException {
        return this.<Integer>asked("checksum", context, key, extent, offset, lengthBytes);
    }
}
