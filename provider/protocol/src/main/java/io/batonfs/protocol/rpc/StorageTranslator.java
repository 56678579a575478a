package io.batonfs.protocol.rpc;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ResumeKey;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.DeviceMeasurement;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.MeasureOrder;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.protocol.RetireOrder;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.protocol.StorageService;
import io.batonfs.protocol.wire.RecordMessages.CallHeader;
import io.batonfs.protocol.wire.StorageMessages.AcknowledgedLengthReply;
import io.batonfs.protocol.wire.StorageMessages.AcknowledgedLengthRequest;
import io.batonfs.protocol.wire.StorageMessages.AddDeviceSetReply;
import io.batonfs.protocol.wire.StorageMessages.AddDeviceSetRequest;
import io.batonfs.protocol.wire.StorageMessages.ChecksumReply;
import io.batonfs.protocol.wire.StorageMessages.ChecksumRequest;
import io.batonfs.protocol.wire.StorageMessages.DeviceReply;
import io.batonfs.protocol.wire.StorageMessages.DeviceRequest;
import io.batonfs.protocol.wire.StorageMessages.MeasureReply;
import io.batonfs.protocol.wire.StorageMessages.MeasureRequest;
import io.batonfs.protocol.wire.StorageMessages.NegotiateReply;
import io.batonfs.protocol.wire.StorageMessages.NegotiateRequestProto;
import io.batonfs.protocol.wire.StorageMessages.RetireDeviceSetReply;
import io.batonfs.protocol.wire.StorageMessages.RetireDeviceSetRequest;
import io.batonfs.protocol.wire.StorageMessages.ScrubReply;
import io.batonfs.protocol.wire.StorageMessages.ScrubRequest;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.thirdparty.protobuf.ByteString;
import org.apache.hadoop.thirdparty.protobuf.RpcController;
import org.apache.hadoop.thirdparty.protobuf.ServiceException;

/** The server's end: messages of {@link StorageControl} into calls of {@link StorageService}s. Thread-safe. */
public final class StorageTranslator implements StorageControl {
    private final StorageFinder servers;
    private final ServedCalls calls;

    /** Messages to whichever of the servers they name. */
    public StorageTranslator(StorageFinder servers, ServedCalls calls) {
        this.servers = servers;
        this.calls = calls;
    }

    @Override
    public NegotiateReply negotiate(RpcController controller, NegotiateRequestProto request) throws ServiceException {
        return calls.serve("negotiate", () -> {
            CallContext context = context(request.hasHeader(), request.getHeader());
            StorageService.Negotiated negotiated = server(request.getServerId())
                    .negotiate(context, request.getRequest().toByteArray());
            return NegotiateReply.newBuilder()
                    .setResponse(ByteString.copyFrom(negotiated.response()))
                    .setAuthSecret(ByteString.copyFrom(negotiated.authSecret()))
                    .build();
        });
    }

    @Override
    public AcknowledgedLengthReply acknowledgedLength(RpcController controller, AcknowledgedLengthRequest request)
            throws ServiceException {
        return calls.serve("acknowledgedLength", () -> {
            CallContext context = context(request.hasHeader(), request.getHeader());
            ResumeKey key = GrantRecords.key(request.hasKey(), request.getKey());
            ExtentId extent = GrantRecords.extentId(request.getExtentId());
            AcknowledgedLengthReply.Builder reply = AcknowledgedLengthReply.newBuilder();
            server(request.getServerId()).acknowledgedLength(context, key, extent).ifPresent(reply::setLengthBytes);
            return reply.build();
        });
    }

    @Override
    public ChecksumReply checksum(RpcController controller, ChecksumRequest request) throws ServiceException {
        return calls.serve("checksum", () -> {
            CallContext context = context(request.hasHeader(), request.getHeader());
            ResumeKey key = GrantRecords.key(request.hasKey(), request.getKey());
            ExtentId extent = GrantRecords.extentId(request.getExtentId());
            int crc32c = server(request.getServerId())
                    .checksum(context, key, extent, request.getOffset(), request.getLengthBytes());
            return ChecksumReply.newBuilder().setCrc32C(crc32c).build();
        });
    }

    @Override
    public ScrubReply scrub(RpcController controller, ScrubRequest request) throws ServiceException {
        return calls.serve("scrub", () -> {
            CallContext context = context(request.hasHeader(), request.getHeader());
            ScrubOrder order = GroupRecords.order(request.getOrder());
            return ScrubReply.newBuilder().setChanged(server(request.getServerId()).scrub(context, order)).build();
        });
    }

    @Override
    public DeviceReply changeDevice(RpcController controller, DeviceRequest request) throws ServiceException {
        return calls.serve("changeDevice", () -> {
            CallContext context = context(request.hasHeader(), request.getHeader());
            DeviceOrder order = new DeviceOrder(GroupRecords.kind(request.getKind()), request.getPlace(),
                    request.hasPath() ? Optional.of(request.getPath()) : Optional.empty(), request.getAcceptLoss());
            return DeviceReply.newBuilder()
                    .setDevice(server(request.getServerId()).changeDevice(context, order)).build();
        });
    }

    @Override
    public AddDeviceSetReply addDeviceSet(RpcController controller, AddDeviceSetRequest request) throws ServiceException {
        return calls.serve("addDeviceSet", () -> {
            CallContext context = context(request.hasHeader(), request.getHeader());
            NewDeviceSet.Added added = server(request.getServerId()).addDeviceSet(context, new NewDeviceSet(
                    request.getPathsList(), request.hasPools() ? Optional.of(request.getPools()) : Optional.empty()));
            return AddDeviceSetReply.newBuilder().setNumber(added.number()).addAllPools(added.pools())
                    .setTakesNewData(added.takesNewData()).build();
        });
    }

    @Override
    public RetireDeviceSetReply retireDeviceSet(RpcController controller, RetireDeviceSetRequest request)
            throws ServiceException {
        return calls.serve("retireDeviceSet", () -> {
            CallContext context = context(request.hasHeader(), request.getHeader());
            if (request.getCancel() && request.hasForget()) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "a set that stays forgets no device; ask for one of both");
            }
            RetireOrder.Answer answer = server(request.getServerId()).retireDeviceSet(context, new RetireOrder(request.getSet(),
                    request.getCancel(), request.hasForget() ? Optional.of(request.getForget()) : Optional.empty()));
            return RetireDeviceSetReply.newBuilder().setChanged(answer.changed()).setBytesLeft(answer.bytesLeft()).build();
        });
    }

    @Override
    public MeasureReply measureDevice(RpcController controller, MeasureRequest request) throws ServiceException {
        return calls.serve("measureDevice", () -> {
            CallContext context = context(request.hasHeader(), request.getHeader());
            MeasureOrder order = new MeasureOrder(GroupRecords.kind(request.getKind()), request.getDevice(),
                    request.getWrites(), request.getAgain(), request.getShare(), request.getZones(),
                    request.getSamples());
            DeviceMeasurement measured = server(request.getServerId()).measureDevice(context, order);
            return MeasureReply.newBuilder().setPlace(measured.place()).setDevice(measured.device())
                    .setState(GroupRecords.message(measured.state())).setReason(measured.reason())
                    .setProfile(ByteString.copyFrom(measured.profile())).build();
        });
    }

    private CallContext context(boolean present, CallHeader header) throws IOException {
        return calls.context(present, header);
    }

    private StorageService server(int number) throws IOException {
        return servers.storage(GrantRecords.serverId(number));
    }
}
