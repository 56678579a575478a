package io.batonfs.protocol.rpc;

import io.batonfs.model.GroupId;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.GroupStatus;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.protocol.wire.RecordMessages.GroupStatusProto;
import io.batonfs.protocol.wire.RecordMessages.ServerDescriptionProto;
import io.batonfs.protocol.wire.StorageMessages.DeviceOrderKind;
import io.batonfs.protocol.wire.StorageMessages.ScrubOrderProto;
import java.util.List;
import java.util.UUID;

/** A group, its servers, and orders to them. Pure functions. */
final class GroupRecords {

    private GroupRecords() {
    }

    static GroupStatusProto message(GroupStatus status) {
        GroupStatusProto.Builder message = GroupStatusProto.newBuilder()
                .setGroupIdMost(status.group().value().getMostSignificantBits())
                .setGroupIdLeast(status.group().value().getLeastSignificantBits())
                .setCapacityBytes(status.capacityBytes())
                .setUsedBytes(status.usedBytes())
                .setFreeBytes(status.freeBytes())
                .addAllProblems(status.problems());
        status.servers().forEach(server -> message.addServers(ServerDescriptionProto.newBuilder()
                .setServerId(server.server().value())
                .setHost(server.host())
                .setDataAddress(server.dataAddress())));
        return message.build();
    }

    static GroupStatus status(GroupStatusProto message) throws MalformedMessageException {
        return new GroupStatus(
                new GroupId(new UUID(message.getGroupIdMost(), message.getGroupIdLeast())),
                Fields.list(message.getServersList(), GroupRecords::server),
                message.getCapacityBytes(), message.getUsedBytes(), message.getFreeBytes(),
                List.copyOf(message.getProblemsList()));
    }

    static ScrubOrderProto message(ScrubOrder order) {
        return switch (order) {
            case START -> ScrubOrderProto.SCRUB_ORDER_START;
            case PAUSE -> ScrubOrderProto.SCRUB_ORDER_PAUSE;
            case RESUME -> ScrubOrderProto.SCRUB_ORDER_RESUME;
        };
    }

    static ScrubOrder order(ScrubOrderProto order) throws MalformedMessageException {
        return switch (order) {
            case SCRUB_ORDER_START -> ScrubOrder.START;
            case SCRUB_ORDER_PAUSE -> ScrubOrder.PAUSE;
            case SCRUB_ORDER_RESUME -> ScrubOrder.RESUME;
            case SCRUB_ORDER_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknown("order about scrubbing", order);
        };
    }

    static DeviceOrderKind message(DeviceOrder.Kind kind) {
        return switch (kind) {
            case REPLACE -> DeviceOrderKind.DEVICE_ORDER_REPLACE;
            case REJOIN -> DeviceOrderKind.DEVICE_ORDER_REJOIN;
        };
    }

    static DeviceOrder.Kind kind(DeviceOrderKind kind) throws MalformedMessageException {
        return switch (kind) {
            case DEVICE_ORDER_REPLACE -> DeviceOrder.Kind.REPLACE;
            case DEVICE_ORDER_REJOIN -> DeviceOrder.Kind.REJOIN;
            case DEVICE_ORDER_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknown("order about a device", kind);
        };
    }

    private static ServerDescription server(ServerDescriptionProto message) throws MalformedMessageException {
        return new ServerDescription(
                GrantRecords.serverId(message.getServerId()), message.getHost(), message.getDataAddress());
    }
}
