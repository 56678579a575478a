package io.batonfs.client;

import io.batonfs.model.Caller;
import io.batonfs.model.Invocation;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.StorageService;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The control side of a group as one client calls it: names every call by an {@link Invocation} and repeats it under
 * the same name after a failure that allows it, so that a call has one effect (CAT-9). Thread-safe.
 */
final class Calls {
    private final GroupConnection group;
    private final Caller caller;
    private final UUID clientId;
    private final Retries retries;
    private final AtomicLong lastCallId = new AtomicLong();

    Calls(GroupConnection group, Caller caller, UUID clientId, Retries retries) {
        this.group = group;
        this.caller = caller;
        this.clientId = clientId;
        this.retries = retries;
    }

    Caller caller() {
        return caller;
    }

    /** Calls the catalog, and again under the same name while that makes sense. */
    <T> T catalog(Call<CatalogService, T> call) throws IOException {
        CallContext context = named();
        Retries.Budget budget = retries.begin();
        while (true) {
            try {
                return call.run(group.catalog(), context);
            } catch (IOException e) {
                budget.pause(e);
            }
        }
    }

    /** Calls the catalog, once. */
    <T> T catalogOnce(Call<CatalogService, T> call) throws IOException {
        return call.run(group.catalog(), named());
    }

    /** Calls a storage server, once: whether to try again, and where, depends on the routes, which the caller knows. */
    <T> T storage(ServerId server, Call<StorageService, T> call) throws IOException {
        return call.run(group.storage(server), named());
    }

    private CallContext named() {
        return new CallContext(caller, new Invocation(clientId, lastCallId.incrementAndGet()));
    }

    /** One call of a service. */
    interface Call<S, T> {

        /** Calls. */
        T run(S service, CallContext context) throws IOException;
    }
}
