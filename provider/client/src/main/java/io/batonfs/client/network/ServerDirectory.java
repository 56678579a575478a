package io.batonfs.client.network;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.ServerDescription;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * The servers of a group as it described them last; asked anew when one is wanted that was not among them, and whenever
 * its user has reason to think that something has changed. Thread-safe: the map is replaced as a whole.
 */
final class ServerDirectory {
    private final CatalogService catalog;
    private final Authority control;
    private volatile Map<ServerId, ServerDescription> known = Map.of();

    ServerDirectory(CatalogService catalog, Authority control) {
        this.catalog = catalog;
        this.control = control;
    }

    /**
     * A server as it was described last.
     *
     * @throws BatonException UNREACHABLE if the group has no such server now
     */
    ServerDescription find(ServerId server) throws IOException {
        ServerDescription description = known.get(server);
        return description != null ? description : findAnew(server);
    }

    /** A server as the group describes it now. */
    ServerDescription findAnew(ServerId server) throws IOException {
        Map<ServerId, ServerDescription> now = new HashMap<>();
        for (ServerDescription description : catalog.groupStatus().servers()) {
            now.put(description.server(), description);
        }
        known = Map.copyOf(now);
        ServerDescription description = now.get(server);
        if (description == null) {
            throw new BatonException(ErrorCode.UNREACHABLE, server + " is not among the servers of the group at "
                    + control + " " + new TreeSet<>(now.keySet()) + "; it may have been taken out or not be up yet: see"
                    + " the group's status");
        }
        return description;
    }

    /**
     * Makes an attempt to reach a server at its data port, and where that fails and the server has moved since it was
     * described, one more. A refusal by whoever answers there is such a failure too: it may be another server's, which
     * has the port now.
     */
    <T> T reach(ServerId server, Attempt<T> attempt) throws IOException {
        String address = dataAddress(find(server));
        try {
            return attempt.at(address);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            String now = addressNow(server, e);
            if (now.equals(address)) {
                throw e;
            }
            return attempt.at(now);
        }
    }

    /** Where a server that could not be reached is by now; else the failure to reach it counts. */
    private String addressNow(ServerId server, IOException failure) throws IOException {
        try {
            return dataAddress(findAnew(server));
        } catch (IOException e) {
            failure.addSuppressed(e);
            throw failure;
        }
    }

    /** An attempt to reach a data port. */
    interface Attempt<T> {

        /** Makes it at an address. */
        T at(String address) throws IOException;
    }

    /**
     * Where a server's data port is, for a client: one that listens at every address of its host says so by 0.0.0.0, or
     * by no host at all, and is found where its control port was.
     */
    String dataAddress(ServerDescription description) {
        String address = description.dataAddress();
        int colon = address.lastIndexOf(':');
        if (colon < 0) {
            return address;
        }
        return switch (address.substring(0, colon)) {
            case "", "0.0.0.0", "[::]", "[0:0:0:0:0:0:0:0]" -> control.bracketedHost() + address.substring(colon);
            default -> address;
        };
    }
}
