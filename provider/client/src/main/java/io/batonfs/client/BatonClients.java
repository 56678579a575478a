package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/** Makes clients: finds the {@link GroupProvider} that serves an authority. Thread-safe. */
public final class BatonClients {

    private BatonClients() {
    }

    /**
     * A client of the group at an authority, acting for a user. Close it to end it.
     *
     * @param authority host[:port] of the {@code baton://} URI, or empty for a group inside this JVM
     * @param settings  every configured key that begins with {@code fs.baton.}, {@code baton.}, {@code hadoop.} or {@code ipc.}
     * @throws BatonException UNSUPPORTED if no provider serves the authority; INVALID_ARGUMENT for a setting out of its
     *                        range
     */
    public static BatonClient connect(String authority, Map<String, String> settings, Caller caller)
            throws IOException {
        // Settings are checked first: a connection that nobody uses would have to be closed again.
        ClientConfig.from(settings);
        GroupProvider provider = provider(authority, settings, providers());
        return over(provider.connect(authority, settings), settings, caller);
    }

    /**
     * A client over a connection that its caller made; closing the client closes the connection.
     *
     * @param settings see {@link #connect}
     */
    public static BatonClient over(GroupConnection connection, Map<String, String> settings, Caller caller)
            throws IOException {
        return new GroupClient(connection, ClientConfig.from(settings), caller, ClientSeams.ofTheMachine());
    }

    /** The first provider that serves the authority. */
    static GroupProvider provider(String authority, Map<String, String> settings, Found found) throws BatonException {
        for (GroupProvider provider : found.providers) {
            if (provider.serves(authority, settings)) {
                return provider;
            }
        }
        List<String> names = found.providers.stream().map(provider -> provider.getClass().getName()).toList();
        String remedy = authority.isEmpty()
                ? "add the jar baton-embedded to the class path for a group inside this JVM"
                : "the jar with the Baton client is not whole, since it has a provider for the network itself: its "
                        + "META-INF/services/" + GroupProvider.class.getName() + " got lost when jars were put "
                        + "together; merge such files, or use the jar as it came. For a group inside this JVM say "
                        + "baton:/// and add the jar baton-embedded to the class path";
        throw new BatonException(ErrorCode.UNSUPPORTED, "nothing on the class path can reach baton://" + authority
                + "/ (providers found: " + (names.isEmpty() ? "none" : String.join(", ", names))
                + (found.broken.isEmpty() ? "" : "; not loadable: " + String.join("; ", found.broken)) + "): "
                + remedy);
    }

    /** Those that the thread's class loader knows, then those that this class's own knows. */
    static Found providers() {
        Found found = new Found(new ArrayList<>(), new ArrayList<>());
        Set<String> seen = new HashSet<>();
        ClassLoader own = BatonClients.class.getClassLoader();
        ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
        for (ClassLoader loader : ofThread == null || ofThread == own ? List.of(own) : List.of(ofThread, own)) {
            Iterator<GroupProvider> all = ServiceLoader.load(GroupProvider.class, loader).iterator();
            while (true) {
                try {
                    if (!all.hasNext()) {
                        break;
                    }
                    GroupProvider provider = all.next();
                    if (seen.add(provider.getClass().getName())) {
                        found.providers.add(provider);
                    }
                } catch (ServiceConfigurationError e) {
                    if (seen.add(String.valueOf(e.getMessage()))) {
                        found.broken.add(e.getMessage());
                    }
                }
            }
        }
        return found;
    }

    /**
     * What was found.
     *
     * @param providers those that work
     * @param broken    what is wrong with the others
     */
    record Found(List<GroupProvider> providers, List<String> broken) {
    }
}
