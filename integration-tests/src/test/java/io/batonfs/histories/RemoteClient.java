package io.batonfs.histories;

import io.batonfs.processes.ChildProcess;
import java.io.IOException;

/**
 * Has another JVM carry operations out. The caller's clock sees a call begin before the other JVM has heard of it and end
 * after it has answered: wider than it was, so that no order is held against a history that could have been.
 */
final class RemoteClient implements Client {
    private final ChildProcess process;

    /** Talks to a {@link ClientProcess}. */
    RemoteClient(ChildProcess process) throws InterruptedException {
        this.process = process;
        process.await("ready");
    }

    @Override
    public Outcome perform(String root, Operation operation) throws IOException, InterruptedException {
        process.send(root + " " + operation.line());
        return Outcome.of(process.nextLine());
    }

    @Override
    public void close() throws IOException {
        process.send(ClientProcess.END);
    }
}
