package io.batonfs.bench.transport;

import io.batonfs.transport.verbs.ConnectRequest;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Sends back what comes. */
final class VerbsServer {

    private VerbsServer() {
    }

    /** Takes connections; returns the address. */
    static String listen(Nic nic, String address) throws IOException {
        return nic.listen(address, request -> accept(nic, request)).address();
    }

    private static void accept(Nic nic, ConnectRequest request) {
        try {
            Echo echo = new Echo();
            echo.end = new VerbsEnd(nic, echo);
            request.accept(echo.end.pair());
        } catch (IOException e) {
            request.reject(e.toString());
        }
    }

    private static final class Echo implements VerbsEnd.Taker {
        /** Set before the connection is accepted. */
        private VerbsEnd end;

        @Override
        public void take(ByteBuffer buffer, int at, int lengthBytes) throws VerbsException {
            end.send(buffer, at, lengthBytes);
        }

        @Override
        public void ended(WorkStatus cause) {
            // A client has gone: nothing was kept for it.
        }
    }
}
