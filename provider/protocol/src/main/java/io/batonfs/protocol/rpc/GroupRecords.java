package io.batonfs.protocol.rpc;

import io.batonfs.model.GroupId;
import io.batonfs.protocol.DeviceMeasurement;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.GroupStatus;
import io.batonfs.protocol.MeasureOrder;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.protocol.wire.RecordMessages.GroupStatusProto;
import io.batonfs.protocol.wire.RecordMessages.ServerDescriptionProto;
import io.batonfs.protocol.wire.StorageMessages.DeviceOrderKind;
import io.batonfs.protocol.wire.StorageMessages.MeasureOrderKind;
import io.batonfs.protocol.wire.StorageMessages.MeasureStateProto;
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
                .setReserveBytes(status.reserveBytes())
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
                message.getReserveBytes(), List.copyOf(message.getProblemsList()));
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
            case ADD_SPARE -> DeviceOrderKind.DEVICE_ORDER_ADD_SPARE;
            case REMOVE_SPARE -> DeviceOrderKind.DEVICE_ORDER_REMOVE_SPARE;
            case RETIRE -> DeviceOrderKind.DEVICE_ORDER_RETIRE;
            case KEEP -> DeviceOrderKind.DEVICE_ORDER_KEEP;
        };
    }

    static DeviceOrder.Kind kind(DeviceOrderKind kind) throws MalformedMessageException {
        return switch (kind) {
            case DEVICE_ORDER_REPLACE -> DeviceOrder.Kind.REPLACE;
            case DEVICE_ORDER_REJOIN -> DeviceOrder.Kind.REJOIN;
            case DEVICE_ORDER_ADD_SPARE -> DeviceOrder.Kind.ADD_SPARE;
            case DEVICE_ORDER_REMOVE_SPARE -> DeviceOrder.Kind.REMOVE_SPARE;
            case DEVICE_ORDER_RETIRE -> DeviceOrder.Kind.RETIRE;
            case DEVICE_ORDER_KEEP -> DeviceOrder.Kind.KEEP;
            case DEVICE_ORDER_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknown("order about a device", kind);
        };
    }

    static MeasureOrderKind message(MeasureOrder.Kind kind) {
        return switch (kind) {
            case START -> MeasureOrderKind.MEASURE_ORDER_START;
            case STOP -> MeasureOrderKind.MEASURE_ORDER_STOP;
            case SHOW -> MeasureOrderKind.MEASURE_ORDER_SHOW;
        };
    }

    static MeasureOrder.Kind kind(MeasureOrderKind kind) throws MalformedMessageException {
        return switch (kind) {
            case MEASURE_ORDER_START -> MeasureOrder.Kind.START;
            case MEASURE_ORDER_STOP -> MeasureOrder.Kind.STOP;
            case MEASURE_ORDER_SHOW -> MeasureOrder.Kind.SHOW;
            case MEASURE_ORDER_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknown("order about measuring", kind);
        };
    }

    static MeasureStateProto message(DeviceMeasurement.State state) {
        return switch (state) {
            case NOT_MEASURED -> MeasureStateProto.MEASURE_STATE_NOT_MEASURED;
            case RUNNING -> MeasureStateProto.MEASURE_STATE_RUNNING;
            case STOPPED -> MeasureStateProto.MEASURE_STATE_STOPPED;
            case FAILED -> MeasureStateProto.MEASURE_STATE_FAILED;
            case DONE -> MeasureStateProto.MEASURE_STATE_DONE;
        };
    }

    static DeviceMeasurement.State state(MeasureStateProto state) throws MalformedMessageException {
        return switch (state) {
            case MEASURE_STATE_NOT_MEASURED -> DeviceMeasurement.State.NOT_MEASURED;
            case MEASURE_STATE_RUNNING -> DeviceMeasurement.State.RUNNING;
            case MEASURE_STATE_STOPPED -> DeviceMeasurement.State.STOPPED;
            case MEASURE_STATE_FAILED -> DeviceMeasurement.State.FAILED;
            case MEASURE_STATE_DONE -> DeviceMeasurement.State.DONE;
            case MEASURE_STATE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknown("state of measuring", state);
        };
    }

    private static ServerDescription server(ServerDescriptionProto message) throws MalformedMessageException {
        return new ServerDescription(
                GrantRecords.serverId(message.getServerId()), message.getHost(), message.getDataAddress());
    }
}
