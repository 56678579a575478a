package io.batonfs.server.daemon;

import io.batonfs.server.local.ClosedGroup;
import io.batonfs.server.storage.PoolReport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows pools and their devices. */
@Command(name = "pools", mixinStandardHelpOptions = true,
        description = {"Shows the pools of the storage servers: RAID level, state, which failures each still survives, "
            + "and its space, with the devices that are out of it or missing, and why it is read-only or not open, what to do about "
            + "that, and how far devices are rebuilt that were put in others' places (see \"baton devices\").",
            "Asks the running server. If none listens where the configuration says, it looks at the devices, which "
                + "tell all but how much is in use; the group's lock is held for that moment, and nothing else changed."},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:all pools serve with all their devices", "1:some do not, or it could not be found out",
            "2:wrong usage"})
final class PoolsCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Option(names = "--url", description = "Where to ask, for instance http://host:8779/pools. "
            + "Default: this host at the port that the configuration names.")
    private URI url;

    @Option(names = "--devices", description = "Lists the devices that are well too.")
    private boolean devices;

    @Option(names = "--costs", description = "Shows what reads and writes in a pool cost beside the server's other pools, for "
            + "adaptive placement: as measured (\"baton profile --server\"), or as the RAID levels let one guess.")
    private boolean costs;

    @Option(names = "--json", description = "Prints a JSON object instead of a table.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PoolsAnswer told = url != null ? ask(HttpQuestion.checked(url, spec)) : configured();
        if (json) {
            spec.commandLine().getOut().println(new String(PoolReports.encode(told), StandardCharsets.UTF_8));
        } else {
            told.problems().forEach(spec.commandLine().getErr()::println);
            PoolTable.print(told.pools(), devices, spec.commandLine().getOut());
            RebuildTable.print(told.rebuilds(), spec.commandLine().getOut());
            SpareTable.print(told.spares(), spec.commandLine().getOut());
            RetirementTable.print(told.retirements(), spec.commandLine().getOut());
            if (costs) {
                told.costs().forEach(cost -> spec.commandLine().getOut().println(String.format(Locale.ROOT,
                        "costs of %s, pool %s: read %.2f%s, write %.2f, space %.2f (%s)", cost.server(), cost.pool(),
                        cost.read(), cost.degraded().isEmpty() ? "" : String.format(Locale.ROOT,
                        ", with a device out %.2f", cost.degraded().getAsDouble()), cost.write(), cost.space(), cost.basis())));
            }
        }
        boolean healthy = told.problems().isEmpty() && told.pools().stream().allMatch(PoolReport::isHealthy);
        return healthy ? ExitCodes.OK : ExitCodes.FAILED;
    }

    private PoolsAnswer configured() throws IOException, InterruptedException {
        DaemonConfig config = options.read();
        URI page = HttpQuestion.page(config, "/pools");
        try {
            return ask(page);
        } catch (IOException e) {
            if (!(e.getCause() instanceof ConnectException)) {
                throw e;
            }
            ClosedGroup.Found found = ClosedGroup.pools(config.group());
            spec.commandLine().getErr().println("No server listens at " + page + "; this is what the devices say.");
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
