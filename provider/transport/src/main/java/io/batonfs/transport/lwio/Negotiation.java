package io.batonfs.transport.lwio;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The server's side of LW-1's negotiation, as pure functions. */
public final class Negotiation {
    private Negotiation() {
    }

    /**
     * Answers a request with the providers that both have, in the client's order and with the server's instances.
     *
     * @param serverKey what {@link AuthKeys#issue} made for the request's client key
     * @throws LwioException INSUFFICIENT_RESOURCES if the response does not fit into what the client has room for
     */
    public static NegotiateResponse answer(NegotiateRequest request, String serverName, UUID serverKey,
            List<ProviderEntry> own) throws LwioException {
        NegotiateResponse response = new NegotiateResponse(serverName, serverKey, shared(request.providers(), own));
        if (response.bytes() > request.responseLength()) {
            throw new LwioException(LwioStatus.INSUFFICIENT_RESOURCES, "the negotiate response has " + response.bytes()
                    + " bytes, the client has room for " + request.responseLength());
        }
        return response;
    }

    /** The intersection of two lists by name; a name that a list has twice counts once. */
    static List<ProviderEntry> shared(List<ProviderEntry> client, List<ProviderEntry> server) {
        Map<String, ProviderEntry> byName = server.stream().collect(
                Collectors.toMap(ProviderEntry::name, Function.identity(), (first, second) -> first));
        return client.stream().map(ProviderEntry::name).distinct().filter(byName::containsKey).map(byName::get).toList();
    }
}
