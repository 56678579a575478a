package io.batonfs.protocol.rpc;

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
import io.batonfs.protocol.wire.StorageMessages.AcknowledgedLengthRequest;
import io.batonfs.protocol.wire.StorageMessages.AddDeviceSetRequest;
import io.batonfs.protocol.wire.StorageMessages.ChecksumReply;
import io.batonfs.protocol.wire.StorageMessages.ChecksumRequest;
import io.batonfs.protocol.wire.StorageMessages.DeviceReply;
import io.batonfs.protocol.wire.StorageMessages.DeviceRequest;
import io.batonfs.protocol.wire.StorageMessages.MeasureRequest;
import io.batonfs.protocol.wire.StorageMessages.NegotiateRequestProto;
import io.batonfs.protocol.wire.StorageMessages.RetireDeviceSetRequest;
import io.batonfs.protocol.wire.StorageMessages.ScrubReply;
import io.batonfs.protocol.wire.StorageMessages.ScrubRequest;
import java.io.IOException;
import java.util.OptionalLong;
import org.apache.hadoop.thirdparty.protobuf.ByteString;

/** The client's end: calls of one {@link StorageService} into messages of {@link StorageControl}. Thread-safe. */
final class RemoteStorage implements StorageService {
    private final ServerId server;
    private final StorageControl rpc;
    private final RemoteCalls calls;

    RemoteStorage(ServerId server, StorageControl rpc, RemoteCalls calls) {
        this.server = server;
        this.rpc = rpc;
        this.calls = calls;
    }

    @Override
    public Negotiated negotiate(CallContext context, byte[] negotiateRequest) throws IOException {
        NegotiateRequestProto request = NegotiateRequestProto.newBuilder()
                .setHeader(CallRecords.header(context))
                .setServerId(server.value())
                .setRequest(ByteString.copyFrom(negotiateRequest))
                .build();
        return calls.ask(request, rpc::negotiate,
                reply -> new Negotiated(reply.getResponse().toByteArray(), reply.getAuthSecret().toByteArray()));
    }

    @Override
    public OptionalLong acknowledgedLength(CallContext context, ResumeKey key, ExtentId extent) throws IOException {
        AcknowledgedLengthRequest request = AcknowledgedLengthRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setServerId(server.value())
                .setKey(GrantRecords.message(key))
                .setExtentId(extent.value())
                .build();
        return calls.ask(request, rpc::acknowledgedLength, reply -> reply.hasLengthBytes()
                ? OptionalLong.of(reply.getLengthBytes()) : OptionalLong.empty());
    }

    @Override
    public int checksum(CallContext context, ResumeKey key, ExtentId extent, long offset, long lengthBytes)
            throws IOException {
        ChecksumRequest request = ChecksumRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setServerId(server.value())
                .setKey(GrantRecords.message(key))
                .setExtentId(extent.value())
                .setOffset(offset)
                .setLengthBytes(lengthBytes)
                .build();
        return calls.ask(request, rpc::checksum, ChecksumReply::getCrc32C);
    }

    @Override
    public boolean scrub(CallContext context, ScrubOrder order) throws IOException {
        ScrubRequest request = ScrubRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setServerId(server.value())
                .setOrder(GroupRecords.message(order))
                .build();
        return calls.ask(request, rpc::scrub, ScrubReply::getChanged);
    }

    @Override
    public String changeDevice(CallContext context, DeviceOrder order) throws IOException {
        DeviceRequest.Builder request = DeviceRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setServerId(server.value())
                .setKind(GroupRecords.message(order.kind()))
                .setPlace(order.place())
                .setAcceptLoss(order.acceptLoss());
        order.path().ifPresent(request::setPath);
        return calls.ask(request.build(), rpc::changeDevice, DeviceReply::getDevice);
    }

    @Override
    public NewDeviceSet.Added addDeviceSet(CallContext context, NewDeviceSet order) throws IOException {
        AddDeviceSetRequest.Builder request = AddDeviceSetRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setServerId(server.value())
                .addAllPaths(order.paths());
        order.pools().ifPresent(request::setPools);
        return calls.ask(request.build(), rpc::addDeviceSet, reply -> new NewDeviceSet.Added(
                reply.getNumber(), reply.getPoolsList(), reply.getTakesNewData()));
    }

    @Override
    public RetireOrder.Answer retireDeviceSet(CallContext context, RetireOrder order) throws IOException {
        RetireDeviceSetRequest.Builder request = RetireDeviceSetRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setServerId(server.value())
                .setSet(order.set())
                .setCancel(order.cancel());
        order.forget().ifPresent(request::setForget);
        return calls.ask(request.build(), rpc::retireDeviceSet,
                reply -> new RetireOrder.Answer(reply.getChanged(), reply.getBytesLeft()));
    }

    @Override
    public DeviceMeasurement measureDevice(CallContext context, MeasureOrder order) throws IOException {
        MeasureRequest request = MeasureRequest.newBuilder()
                .setHeader(CallRecords.header(context))
                .setServerId(server.value())
                .setKind(GroupRecords.message(order.kind()))
                .setDevice(order.device())
                .setWrites(order.writes())
                .setAgain(order.again())
                .setShare(order.share())
                .setZones(order.zones())
                .setSamples(order.samples())
                .build();
        return calls.ask(request, rpc::measureDevice, reply -> new DeviceMeasurement(reply.getPlace(), reply.getDevice(),
                GroupRecords.state(reply.getState()), reply.getReason(), reply.getProfile().toByteArray()));
    }
}
