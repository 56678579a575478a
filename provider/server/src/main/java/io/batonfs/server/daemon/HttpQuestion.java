package io.batonfs.server.daemon;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

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
     * An address that a user gave.
     *
     * @throws ParameterException if it can't be asked
     */
    static URI checked(URI url, CommandSpec spec) {
        if (url.getHost() == null || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
            throw new ParameterException(spec.commandLine(), "--url " + url + " is not like http://host:8779/"
                    + spec.name());
        }
        return url;
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
            throw new IOException(page + " does not answer" + (e instanceof ConnectException ? "" : ": " + e)
                    + "; does the server run, and is that its baton.server.http.address?", e);
        }
    }
}
