package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ResumeKey;
import io.batonfs.pages.PageEngine;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.DeviceMeasurement;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.MeasureOrder;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.protocol.RetireOrder;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.protocol.StorageService;
import io.batonfs.transport.lwio.AuthKeys;
import io.batonfs.transport.lwio.LwioException;
import io.batonfs.transport.lwio.NegotiateRequest;
import io.batonfs.transport.lwio.Negotiation;
import io.batonfs.transport.lwio.ProviderEntry;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/** What this server answers to clients besides LWIO itself. Stateless; thread-safe. */
final class StorageEndpoint implements StorageService {
    private final PageEngine engine;
    private final ServerFiles files;
    private final ExtentWords words;
    private final AuthKeys authKeys;
    private final String serverName;
    private final List<ProviderEntry> providers;
    private final Orders orders;

    /** Who carries out orders about devices, of those who may give them. */
    interface Orders {
        boolean scrub(Caller caller, ScrubOrder order) throws BatonException;

        String changeDevice(Caller caller, DeviceOrder order) throws IOException;

        NewDeviceSet.Added addSet(Caller caller, NewDeviceSet order) throws IOException;

        RetireOrder.Answer retireSet(Caller caller, RetireOrder order) throws IOException;

        DeviceMeasurement measureDevice(Caller caller, MeasureOrder order) throws IOException;
    }

    /**
     * @param providers the wires at which this server listens
     */
    StorageEndpoint(PageEngine engine, ServerFiles files, ExtentWords words, AuthKeys authKeys,
            String serverName, List<ProviderEntry> providers, Orders orders) {
        this.engine = engine;
        this.files = files;
        this.words = words;
        this.authKeys = authKeys;
        this.serverName = serverName;
        this.providers = providers;
        this.orders = orders;
    }

    @Override
    public boolean scrub(CallContext context, ScrubOrder order) throws IOException {
        return orders.scrub(context.caller(), order);
    }

    @Override
    public String changeDevice(CallContext context, DeviceOrder order) throws IOException {
        return orders.changeDevice(context.caller(), order);
    }

    @Override
    public NewDeviceSet.Added addDeviceSet(CallContext context, NewDeviceSet order) throws IOException {
        return orders.addSet(context.caller(), order);
    }

    @Override
    public RetireOrder.Answer retireDeviceSet(CallContext context, RetireOrder order) throws IOException {
        return orders.retireSet(context.caller(), order);
    }

    @Override
    public DeviceMeasurement measureDevice(CallContext context, MeasureOrder order) throws IOException {
        return orders.measureDevice(context.caller(), order);
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
        } catch (IOException e) {
            throw new BatonException(ErrorCode.BUSY, serverName + " takes no further connection now: " + e.getMessage(), e);
        }
    }

    @Override
    public OptionalLong acknowledgedLength(CallContext context, ResumeKey key, ExtentId extent) throws IOException {
        files.checkGranted(key, extent, 0, 0);
        try {
            words.bringIfNeeded(extent);
            return OptionalLong.of(engine.state(extent).lengthBytes());
        } catch (BatonException e) {
            if (e.code() == ErrorCode.NO_SUCH_EXTENT) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    @Override
    public int checksum(CallContext context, ResumeKey key, ExtentId extent, long offset, long lengthBytes)
            throws IOException {
        Extent granted = files.checkGranted(key, extent, offset, lengthBytes);
        try {
            words.bringIfNeeded(extent);
            return engine.checksum(extent, offset, lengthBytes);
        } catch (BatonException e) {
            if (e.code() == ErrorCode.NO_SUCH_EXTENT && files.isElsewhere(granted.pages())) {
                throw new BatonException(ErrorCode.STALE_ROUTE, extent + " has moved away from " + serverName
                        + "; ask for the routes again", e);
            }
            throw e;
        }
    }
}
