package io.batonfs.fs;

import io.batonfs.client.BatonClient;
import io.batonfs.fs.HadoopErrors.Doing;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.URI;

/**
 * How the adapter's calls reach the group: over the client while the file system is open, with failures as Hadoop's
 * callers know them. Thread-safe.
 */
final class GroupCalls {
    private final URI uri;
    private final Object keeper;
    private volatile BatonClient client;

    /**
     * Over a client.
     *
     * @param uri    of the file system, for messages
     * @param keeper what keeps the client open while it is reachable, which it is while this is: who goes on using what
     *               a call has given, a stream say, keeps this
     */
    GroupCalls(URI uri, BatonClient client, Object keeper) {
        this.uri = uri;
        this.keeper = keeper;
        this.client = client;
    }

    /** Something asked of the client. */
    @FunctionalInterface
    interface Call<T> {

        /** Asks. */
        T on(BatonClient client) throws IOException;
    }

    /** Something told to the client. */
    @FunctionalInterface
    interface Order {

        /** Tells. */
        void to(BatonClient client) throws IOException;
    }

    /**
     * Asks the client.
     *
     * @param path what it is about, for messages
     */
    <T> T call(String path, Doing doing, Call<T> call) throws IOException {
        BatonClient connected = client();
        try {
            return call.on(connected);
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e, doing);
        } finally {
            Reference.reachabilityFence(keeper);
        }
    }

    /** Likewise, of something that is to be looked at. */
    <T> T read(String path, Call<T> call) throws IOException {
        return call(path, Doing.READING, call);
    }

    /** Tells the client to change something that has to be there. */
    void order(String path, Order order) throws IOException {
        call(path, Doing.READING, connected -> {
            order.to(connected);
            return null;
        });
    }

    /** The client; "Filesystem closed" if there is none any more. */
    BatonClient client() throws IOException {
        BatonClient connected = client;
        if (connected == null) {
            throw new IOException("Filesystem closed: " + uri);
        }
        return connected;
    }

    /** Ends all use; hands the client to the first who asks, null to others. */
    synchronized BatonClient end() {
        BatonClient last = client;
        client = null;
        return last;
    }
}
