package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.transport.lwio.LwioException;
import io.batonfs.transport.lwio.LwioStatus;

/** The LWIO status that stands for an error code on the wire. */
final class Statuses {

    private Statuses() {
    }

    static LwioStatus of(ErrorCode code) {
        return switch (code) {
            case KEY_REFUSED, PERMISSION_DENIED -> LwioStatus.ACCESS_DENIED;
            case FENCED, LEASE_LOST -> LwioStatus.FENCED;
            case NO_SUCH_EXTENT, NOT_FOUND -> LwioStatus.NO_SUCH_EXTENT;
            case STALE_ROUTE -> LwioStatus.STALE_ROUTE;
            case NO_SPACE -> LwioStatus.DISK_FULL;
            case INVALID_ARGUMENT -> LwioStatus.INVALID_PARAMETER;
            case DATA_LOST, CHECKSUM_MISMATCH -> LwioStatus.DATA_ERROR;
            case BUSY, AGAIN -> LwioStatus.INSUFFICIENT_RESOURCES;
            case UNSUPPORTED -> LwioStatus.NOT_SUPPORTED;
            default -> LwioStatus.INTERNAL_ERROR;
        };
    }

    static LwioException toLwio(BatonException cause) {
        return new LwioException(of(cause.code()), cause.getMessage(), cause);
    }
}
