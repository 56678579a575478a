package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.pages.PageEngine;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.StorageService;
import io.batonfs.transport.lwio.AuthKeys;
import io.batonfs.transport.lwio.LwioException;
import io.batonfs.transport.lwio.NegotiateRequest;
import io.batonfs.transport.lwio.Negotiation;
import io.batonfs.transport.lwio.ProviderEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What this server answers to clients besides LWIO itself. Stateless; thread-safe. */
final class StorageEndpoint implements StorageService {
    private static final long NOT_HELD = -1;

    private final PageEngine engine;
    private final AuthKeys authKeys;
    private final String serverName;
    private final List<ProviderEntry> providers;

    /**
     * @param providers the wires at which this server listens
     */
    StorageEndpoint(PageEngine engine, AuthKeys authKeys, String serverName, List<ProviderEntry> providers) {
        this.engine = engine;
        this.authKeys = authKeys;
        this.serverName = serverName;
        this.providers = providers;
    }

    @Override
    public Negotiated negotiate(CallContext context, byte[] negotiateRequest) throws IOException {
        try {
            NegotiateRequest request = NegotiateRequest.decode(negotiateRequest);
            AuthKeys.Issued issued = authKeys.issue(request.clientKey());
            byte[] response = Negotiation.answer(request, serverName, issued.serverKey(), providers).encode();
            return new Negotiated(response, issued.secret());
        } catch (LwioException e) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, serverName + " can't answer the negotiation: "
                    + e.getMessage(), e);
        }
    }

    @Override
    public List<Long> acknowledgedLengths(CallContext context, List<ExtentId> extents) throws IOException {
        List<Long> lengths = new ArrayList<>(extents.size());
        for (ExtentId extent : extents) {
            lengths.add(acknowledgedLength(extent));
        }
        return lengths;
    }

    @Override
    public int checksum(CallContext context, ExtentId extent, long offset, long lengthBytes) throws IOException {
        return engine.checksum(extent, offset, lengthBytes);
    }

    private long acknowledgedLength(ExtentId extent) throws IOException {
        try {
            return engine.state(extent).lengthBytes();
        } catch (BatonException e) {
            if (e.code() == ErrorCode.NO_SUCH_EXTENT) {
                return NOT_HELD;
            }
            throw e;
        }
    }
}
