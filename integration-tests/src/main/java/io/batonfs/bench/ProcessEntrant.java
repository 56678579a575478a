package io.batonfs.bench;

import io.batonfs.processes.ChildProcess;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/** A contender whose client, and server if it has one, are processes. */
final class ProcessEntrant implements Entrant {
    /** Longer than any sample takes: what stays silent for so long hangs. */
    private static final long PATIENCE_S = 900;

    private final Contender contender;
    private final ChildProcess client;
    private final OptionalLong server;

    /**
     * An entrant whose client has been started and has yet to say that it is ready.
     *
     * @param server process id of its server; empty if it has none
     */
    ProcessEntrant(Contender contender, ChildProcess client, OptionalLong server)
            throws IOException, InterruptedException {
        this.contender = contender;
        this.client = client;
        this.server = server;
        ClientReply.read(contender.title(), client.nextLine(PATIENCE_S));
    }

    @Override
    public void open(Row row) throws IOException, InterruptedException {
        tell(ClientStep.OPEN + " " + row.name());
    }

    @Override
    public void before() throws IOException, InterruptedException {
        tell(ClientStep.BEFORE.name());
    }

    @Override
    public Sample run() throws IOException, InterruptedException {
        ProcessMeter clientMeter = ProcessMeter.start(client.pid());
        Optional<ProcessMeter> serverMeter = server.isPresent()
                ? Optional.of(ProcessMeter.start(server.getAsLong())) : Optional.empty();
        Figure figure = tell(ClientStep.RUN.name())
                .orElseThrow(() -> new IOException(contender.title() + " ran without a figure"));
        Usage clientUsage = clientMeter.stop();
        Optional<Usage> serverUsage =
                serverMeter.isPresent() ? Optional.of(serverMeter.get().stop()) : Optional.empty();
        return new Sample(figure, clientUsage, serverUsage);
    }

    @Override
    public void after() throws IOException, InterruptedException {
        tell(ClientStep.AFTER.name());
    }

    @Override
    public void end() throws IOException, InterruptedException {
        tell(ClientStep.END.name());
    }

    private Optional<Figure> tell(String line) throws IOException, InterruptedException {
        client.send(line);
        return ClientReply.read(contender.title(), client.nextLine(PATIENCE_S));
    }
}
