package io.batonfs.server.daemon;

import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** What commands ask of a daemon's HTTP port. Stateless. */
final class HttpQuestion {
    static final int OK = 200;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private HttpQuestion() {
    }

    /** The address of a page of the daemon that a configuration is for, on this host. */
    static URI page(DaemonConfig config, String path) throws UnknownHostException {
        HostPort http = config.http();
        return URI.create("http://" + (http.isEveryAddress() ? new HostPort("localhost", http.port()) : http) + path);
    }

    /**
     * Asks.
     *
     * @throws IOException if nobody answers within ten seconds; its cause says whether anybody listens
     */
    static HttpResponse<String> ask(URI page) throws IOException, InterruptedException {
        try {
            return HttpClient.newBuilder().connectTimeout(PATIENCE).build().send(
                    HttpRequest.newBuilder(page).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IOException(page + " does not answer: " + e + "; is the server running?", e);
        }
    }
}
