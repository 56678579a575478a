package io.batonfs.protocol.rpc;

import io.batonfs.model.BatonException;
import io.batonfs.model.Invocation;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.wire.CatalogMessages.LeaseRequest;
import io.batonfs.protocol.wire.CatalogMessages.PathRequest;
import io.batonfs.protocol.wire.CatalogMessages.TokenRequest;
import io.batonfs.protocol.wire.CatalogMessages.WrittenRequest;
import io.batonfs.protocol.wire.RecordMessages.CallHeader;
import io.batonfs.model.FileId;
import io.batonfs.model.LeaseId;
import io.batonfs.protocol.WrittenExtent;
import org.apache.hadoop.thirdparty.protobuf.ByteString;
import java.util.UUID;

/** The heads of calls, and the requests that several calls share. Pure functions. */
final class CallRecords {

    private CallRecords() {
    }

    /** The head: the call's name only; who calls is known from the connection. */
    static CallHeader header(CallContext context) {
        Invocation invocation = context.invocation();
        return CallHeader.newBuilder()
                .setClientIdMost(invocation.clientId().getMostSignificantBits())
                .setClientIdLeast(invocation.clientId().getLeastSignificantBits())
                .setCallId(invocation.callId())
                .build();
    }

    static Invocation invocation(boolean present, CallHeader header) throws MalformedMessageException {
        Fields.present(present, "the call's header");
        // Of no client, and by that name the catalog holds the leases that it recovers.
        Fields.present(header.getClientIdMost() != 0 || header.getClientIdLeast() != 0, "the client's id");
        return new Invocation(new UUID(header.getClientIdMost(), header.getClientIdLeast()), header.getCallId());
    }

    static PathRequest path(CallContext context, String path) throws BatonException {
        return PathRequest.newBuilder().setHeader(header(context)).setPath(Fields.text(path)).build();
    }

    static LeaseRequest lease(CallContext context, FileId file, LeaseId lease) {
        return LeaseRequest.newBuilder()
                .setHeader(header(context)).setFileId(file.value()).setLeaseId(lease.value()).build();
    }

    static WrittenRequest written(CallContext context, FileId file, LeaseId lease, WrittenExtent written) {
        return WrittenRequest.newBuilder()
                .setHeader(header(context)).setFileId(file.value()).setLeaseId(lease.value())
                .setWritten(GrantRecords.message(written)).build();
    }

    static TokenRequest token(CallContext context, byte[] token) {
        return TokenRequest.newBuilder().setHeader(header(context)).setToken(ByteString.copyFrom(token)).build();
    }

    static FileId fileId(long packed) throws MalformedMessageException {
        return Fields.checked("file id", () -> new FileId(packed));
    }

    static LeaseId leaseId(long packed) throws MalformedMessageException {
        return Fields.checked("lease id", () -> new LeaseId(packed));
    }
}
