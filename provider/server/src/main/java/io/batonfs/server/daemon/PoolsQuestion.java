package io.batonfs.server.daemon;

import io.batonfs.server.local.ClosedGroup;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where commands find out about pools and their devices: the server that runs, else the devices. Used by one thread. */
final class PoolsQuestion {
    @Option(names = "--url", description = "Where to ask, for instance http://host:8779/pools. "
            + "Default: this host at the port that the configuration names.")
    private URI url;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Asks the server; without {@code --url}, and where none listens, the devices, which is said on standard error. */
    PoolsAnswer answer(ConfigOptions options) throws IOException, InterruptedException {
        return url != null ? ask(HttpQuestion.checked(url, spec)) : configured(options.read());
    }

    private PoolsAnswer configured(DaemonConfig config) throws IOException, InterruptedException {
        URI page = HttpQuestion.page(config, "/pools");
        try {
            return ask(page);
        } catch (IOException e) {
            if (!(e.getCause() instanceof ConnectException)) {
                throw e;
            }
            ClosedGroup.Found found = ClosedGroup.pools(config.group());
            PrintWriter err = spec.commandLine().getErr();
            err.println("No server listens at " + page + "; this is what the devices say.");
            err.flush();
            return new PoolsAnswer(found.pools(), found.problems(), List.of(), found.spares());
        }
    }

    private static PoolsAnswer ask(URI page) throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpQuestion.ask(page);
        if (answer.statusCode() == HttpURLConnection.HTTP_FORBIDDEN) {
            throw new IOException(page + " answers administrators only, by the server's setting "
                    + "hadoop.security.instrumentation.requires.admin; ask it as one of them");
        }
        if (answer.statusCode() != HttpQuestion.OK) {
            throw new IOException(page + " answers with status " + answer.statusCode()
                    + "; is it a Baton server of this version?");
        }
        return PoolReports.decode(answer.body());
    }
}
