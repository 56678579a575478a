package io.batonfs.protocol.rpc;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import org.apache.hadoop.thirdparty.protobuf.Message;
import org.apache.hadoop.thirdparty.protobuf.RpcController;
import org.apache.hadoop.thirdparty.protobuf.ServiceException;

/**
 * How a client's calls go out and what comes back of them: an answer, or a coded failure whatever it was that went
 * wrong (see {@link RpcFailures}). Each call is tried once; who may repeat it, and how often, knows better.
 * Thread-safe.
 */
final class RemoteCalls {
    private final String address;
    private volatile boolean closed;

    RemoteCalls(String address) {
        this.address = address;
    }

    /** Asks, and reads the answer. */
    <Q extends Message, R, T> T ask(Q request, Rpc<Q, R> rpc, Fields.Reading<R, T> answer) throws IOException {
        R reply = ask(request, rpc);
        try {
            return answer.read(reply);
        } catch (MalformedMessageException e) {
            throw new BatonException(ErrorCode.INTERNAL, "can't make sense of what the Baton server at " + address
                    + " answers: " + e.getMessage() + "; bring client and server to the same version", e);
        }
    }

    /** Asks for something that has nothing in its answer. */
    <Q extends Message, R> R ask(Q request, Rpc<Q, R> rpc) throws IOException {
        if (request.getSerializedSize() > ControlProtocol.MOST_REQUEST_BYTES) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "a request of " + request.getSerializedSize()
                    + " bytes is more than the " + ControlProtocol.MOST_REQUEST_BYTES + " that a server takes; ask for"
                    + " less at once");
        }
        if (closed) {
            throw endOfUse();
        }
        try {
            return rpc.call(null, request);
        } catch (ServiceException e) {
            if (closed) {
                throw endOfUse();
            }
            throw RpcFailures.of(e, address);
        }
    }

    private BatonException endOfUse() {
        return new BatonException(ErrorCode.INVALID_ARGUMENT,
                "the connection to " + address + " is closed; open the file system again");
    }

    /** From now on calls fail without being sent, and those under way fail as calls over a closed connection. */
    void close() {
        closed = true;
    }

    /** A generated call. */
    interface Rpc<Q, R> {

        /** Calls. */
        R call(RpcController controller, Q request) throws ServiceException;
    }
}
