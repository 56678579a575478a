package io.batonfs.server.daemon;

import io.batonfs.model.ServerId;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.protocol.rpc.RpcServices;
import io.batonfs.server.storage.ScrubReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows how scrubbing is, and gives orders about it. */
@Command(name = "scrub", mixinStandardHelpOptions = true,
        description = {"Shows how far the storage servers have scrubbed their devices (read all that they hold, and mended "
            + "it), what they have met, and lists what is lost by pool, volume, page and extent. What is shown is of the "
            + "pass under way, else of the last one since the server was started.",
            "Which files have what is lost, \"baton fsck --running\" tells.",
            "Status is asked over HTTP; orders go over the control port in the name of whoever runs this, and "
                + "are for administrators: the superuser, and members of supergroup on the server's host."},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:nothing is lost and nothing failed, or the order was carried out",
            "1:something is, or it could not be found out or done", "2:wrong usage"})
final class ScrubCommand implements Callable<Integer> {
    private static final String STATUS = "status";
    private static final int TIMEOUT_MS = 10_000;

    @Mixin
    private ConfigOptions options;

    @Parameters(arity = "0..1", paramLabel = "ACTION", defaultValue = STATUS,
            description = "status (default); start: begin a pass now; pause: neither begin a pass nor go on with one, until "
                    + "the server's next start or resume; resume.")
    private String action;

    @Option(names = "--url", description = "Where to ask for the status, for instance http://host:8779/scrub. "
            + "Default: this host at the port that the configuration names.")
    private URI url;

    @Mixin
    private ControlOptions control;

    @Option(names = "--json", description = "Prints the status as a JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (action.equals(STATUS)) {
            return status();
        }
        for (ScrubOrder order : ScrubOrder.values()) {
            if (order.name().equalsIgnoreCase(action)) {
                return order(order);
            }
        }
        throw new ParameterException(
                spec.commandLine(), "\"" + action + "\" is none of status, start, pause and resume");
    }

    private int status() throws IOException, InterruptedException {
        URI page = url != null ? HttpQuestion.checked(url, spec) : HttpQuestion.page(options.read(), "/scrub");
        HttpResponse<String> answer = HttpQuestion.ask(page);
        if (answer.statusCode() == HttpURLConnection.HTTP_FORBIDDEN) {
            throw new IOException(page + " answers administrators only, by the server's setting "
                    + "hadoop.security.instrumentation.requires.admin; ask it as one of them");
        }
        if (answer.statusCode() != HttpQuestion.OK) {
            throw new IOException(page + " answers with status " + answer.statusCode()
                    + "; is it a Baton server of this version?");
        }
        List<ScrubReport> reports = ScrubReports.decode(answer.body());
        if (json) {
            spec.commandLine().getOut().println(new String(ScrubReports.encode(reports), StandardCharsets.UTF_8));
        } else {
            ScrubTable.print(reports, spec.commandLine().getOut());
        }
        return reports.stream().allMatch(ScrubReport::isClean) ? ExitCodes.OK : ExitCodes.FAILED;
    }

    /** All servers are told, whatever one of them answers. */
    private int order(ScrubOrder order) throws IOException {
        DaemonConfig config = options.read();
        UUID client = UUID.randomUUID();
        int refused = 0;
        try (RpcServices services = control.open(config, TIMEOUT_MS)) {
            for (ServerDescription server : services.catalog().groupStatus().servers()) {
                CallContext context = ControlOptions.context(client, server.server().value());
                refused += tell(services, server.server(), context, order) ? 0 : 1;
            }
        }
        return refused == 0 ? ExitCodes.OK : ExitCodes.FAILED;
    }

    private boolean tell(RpcServices services, ServerId server, CallContext context, ScrubOrder order) {
        PrintWriter out = spec.commandLine().getOut();
        try {
            boolean changed = services.storage(server).scrub(context, order);
            out.println(server + ": " + switch (order) {
                case START -> changed ? "a pass has begun" : "a pass is under way already";
                case PAUSE -> changed ? "paused" : "it was paused already";
                case RESUME -> changed ? "resumed" : "it was not paused";
            });
            return true;
        } catch (IOException e) {
            spec.commandLine().getErr().println(server + ": " + e.getMessage());
            return false;
        }
    }
}
