package io.batonfs.server.daemon;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Asks a daemon how it is. */
@Command(name = "health", mixinStandardHelpOptions = true,
        description = "Asks a running server how it is and prints its answer, a JSON object.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:it serves, maybe degraded", "1:it does not serve, or does not answer", "2:wrong usage"})
final class HealthCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Option(names = "--url", description = "Where to ask, for instance http://host:8779/health. "
            + "Default: this host at the port that the configuration names.")
    private URI url;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        URI asked = url != null ? HttpQuestion.checked(url, spec)
                : HttpQuestion.page(options.read(), "/health");
        HttpResponse<String> answer = HttpQuestion.ask(asked);
        spec.commandLine().getOut().println(answer.body());
        return answer.statusCode() == HttpQuestion.OK ? ExitCodes.OK : ExitCodes.FAILED;
    }
}
