package io.batonfs.server.daemon;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Asks a daemon how it is. */
@Command(name = "health", mixinStandardHelpOptions = true,
        description = "Asks a running server how it is and prints its answer, a JSON object.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:it serves, maybe degraded", "1:it does not serve, or does not answer", "2:wrong usage"})
final class HealthCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int HTTP_OK = 200;

    @Mixin
    private ConfigOptions options;

    @Option(names = "--url", description = "Where to ask, for instance http://host:8779/health. "
            + "Default: this host at the port that the configuration names.")
    private URI url;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        URI asked = url != null ? url : configured();
        if (asked.getScheme() == null || !asked.getScheme().startsWith("http")) {
            throw new ParameterException(spec.commandLine(), "--url " + asked + " is not like http://host:8779/health");
        }
        HttpResponse<String> answer;
        try {
            answer = HttpClient.newBuilder().connectTimeout(PATIENCE).build().send(
                    HttpRequest.newBuilder(asked).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IOException(asked + " does not answer: " + e + "; is the server running?", e);
        }
        spec.commandLine().getOut().println(answer.body());
        return answer.statusCode() == HTTP_OK ? ExitCodes.OK : ExitCodes.FAILED;
    }

    private URI configured() throws IOException {
        HostPort http = options.read().http();
        return URI.create("http://" + (http.isEveryAddress() ? new HostPort("localhost", http.port()) : http) + "/health");
    }
}
