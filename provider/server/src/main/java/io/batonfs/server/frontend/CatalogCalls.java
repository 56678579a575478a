package io.batonfs.server.frontend;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Invocation;
import io.batonfs.protocol.CallContext;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Submits commands and turns refusals into exceptions. Thread-safe.
 */
final class CatalogCalls {
    private final Catalog catalog;
    private final Clock clock;
    private final String superuser;
    private final UUID ownClientId;
    private final AtomicLong ownCallIds = new AtomicLong();
    private volatile Supplier<Optional<String>> whyReadOnly = Optional::empty;

    /**
     * @param ownClientId names this server in the commands that it makes by itself; made anew at each start
     */
    CatalogCalls(Catalog catalog, Clock clock, String superuser, UUID ownClientId) {
        this.catalog = catalog;
        this.clock = clock;
        this.superuser = superuser;
        this.ownClientId = ownClientId;
    }

    /** Refuses all commands from now on as long as there is a reason. */
    void refuseChangesWhile(Supplier<Optional<String>> reason) {
        whyReadOnly = reason;
    }

    /** Runs a client's command. */
    <R extends Reply> R submit(CallContext context, Command command, Class<R> expected) throws IOException {
        return await(new CatalogRequest(context.invocation(), trusted(context.caller()), clock.millis(), command),
                expected);
    }

    /**
     * What a call was answered when it came before, for what has to be done before a command and not again; empty if this
     * is the first time. A refusal of then is thrown again.
     */
    <R extends Reply> Optional<R> first(CallContext context, Class<R> expected) throws IOException {
        Optional<Reply> reply = catalog.read(reader -> reader.firstReply(context.invocation(), context.caller().user()));
        return reply.isPresent() ? Optional.of(checked(reply.get(), context.invocation(), expected)) : Optional.empty();
    }

    /** Runs a command of the server's own. */
    <R extends Reply> R submitOwn(Command command, Class<R> expected) throws IOException {
        return submit(own(), command, expected);
    }

    /** Asks the tables. */
    <T> T read(Catalog.Query<T> query) throws IOException {
        return catalog.read(query);
    }

    long nowMs() {
        return clock.millis();
    }

    /** A context like the given one under a call id of the server's own, for a second command of one client call. */
    CallContext own(CallContext context) {
        return new CallContext(context.caller(), nextInvocation());
    }

    /** A context for what the server does by itself. */
    CallContext own() {
        return new CallContext(superuser(), nextInvocation());
    }

    /** Who is a superuser is decided here, whatever the client says of itself. */
    Caller trusted(Caller caller) {
        return new Caller(caller.user(), caller.groups(), caller.user().equals(superuser));
    }

    private Invocation nextInvocation() {
        return new Invocation(ownClientId, ownCallIds.incrementAndGet());
    }

    /** On whose behalf the server acts by itself. */
    Caller superuser() {
        return new Caller(superuser, List.of(), true);
    }

    private <R extends Reply> R await(CatalogRequest request, Class<R> expected) throws IOException {
        Optional<String> readOnly = whyReadOnly.get();
        if (readOnly.isPresent()) {
            throw new BatonException(ErrorCode.READ_ONLY, readOnly.get());
        }
        Reply reply;
        try {
            reply = catalog.call(request);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while the catalog was at work; whether "
                    + request.command().getClass().getSimpleName() + " happened is not known").initCause(e);
        }
        return checked(reply, request.invocation(), expected);
    }

    private static <R extends Reply> R checked(Reply reply, Invocation invocation, Class<R> expected)
            throws BatonException {
        if (reply instanceof Reply.Refused refused) {
            throw new BatonException(refused.code(), refused.message());
        }
        if (!expected.isInstance(reply)) {
            // The first reply to another command, which the client has called by the same name.
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "call " + invocation.callId()
                    + " of this client was another one and got a " + reply.getClass().getSimpleName()
                    + "; give every call a number of its own");
        }
        return expected.cast(reply);
    }
}
