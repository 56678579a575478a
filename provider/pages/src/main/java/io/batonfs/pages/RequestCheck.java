package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;

/** Refuses requests that no table could make sense of, before they become plans. */
final class RequestCheck {
    private final PageGeometry geometry;

    RequestCheck(PageGeometry geometry) {
        this.geometry = geometry;
    }

    /** Null if the request is sound. */
    BatonException fault(ReadRequest request) {
        return fault("read", request.address(), request.destination().remaining(), request.pieceCrcs(), false);
    }

    /** Null if the request is sound. */
    BatonException fault(WriteRequest request) {
        int bytes = request.data().remaining();
        if (bytes == 0) {
            return request.writeThrough() ? null : new BatonException(ErrorCode.INVALID_ARGUMENT,
                    "an empty write to " + request.extent() + " that forces nothing: leave it out");
        }
        return fault("write", request.address(), bytes, request.pieceCrcs(), true);
    }

    private BatonException fault(String what, long address, int bytes, int[] pieceCrcs, boolean exact) {
        if (address < 0 || geometry.offsetInPage(address) + (long) bytes > geometry.pageBytes()) {
            return new BatonException(ErrorCode.INVALID_ARGUMENT, what + " of " + bytes + " bytes at " + address
                    + " does not lie within one page of " + geometry.pageBytes() + " bytes: cut it at the boundary");
        }
        int pieces = geometry.blocksTouched(geometry.offsetInPage(address), bytes);
        if (exact ? pieceCrcs.length != pieces : pieceCrcs.length < pieces) {
            return new BatonException(ErrorCode.INVALID_ARGUMENT, what + " of " + bytes + " bytes at " + address
                    + " has " + pieces + " pieces, but " + pieceCrcs.length + " checksums");
        }
        return null;
    }
}
