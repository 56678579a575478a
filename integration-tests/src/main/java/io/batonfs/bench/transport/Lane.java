package io.batonfs.bench.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The requests of one connection: gives out the next, and checks the oldest when its answer has come, for answers come
 * in the order of the requests. Owned by the thread that drives the connection.
 */
public final class Lane {
    private final Load load;
    private final Request[] requests;
    private int oldest;
    private int outstanding;
    private long chunk;
    private long echoes;

    private Lane(Load load, Request[] requests, long firstChunk) {
        this.load = load;
        this.requests = requests;
        this.chunk = firstChunk;
    }

    /** One for each connection of a load, with memory of its own. */
    static List<Lane> of(Load load) {
        int chunks = load.chunksOfConnection();
        int length = load.lengthBytes();
        List<Lane> lanes = new ArrayList<>();
        for (int i = 0; i < load.connections(); i++) {
            ByteBuffer memory = Memory.allocate(Math.multiplyExact(chunks, length));
            Request[] requests = new Request[chunks];
            for (int j = 0; j < chunks; j++) {
                requests[j] = new Request(load,
                        memory.slice(j * length, length).order(memory.order()), (long) j * length);
            }
            lanes.add(new Lane(load, requests, i % load.chunksOfFile()));
        }
        return lanes;
    }

    /** The next request, ready to be sent. */
    Request next(long nowNanos) {
        Request request = requests[(oldest + outstanding) % requests.length];
        outstanding++;
        if (load.operation() == Operation.ECHO) {
            request.begin(++echoes, nowNanos);
        } else {
            request.begin(chunk * load.lengthBytes(), nowNanos);
            chunk = (chunk + 1) % load.chunksOfFile();
        }
        return request;
    }

    /** The one that is to be answered next. */
    Request oldest() {
        return requests[oldest];
    }

    /** Those under way. */
    int outstanding() {
        return outstanding;
    }

    /** The answer to the oldest is there; returns the moment. */
    long answered(Run run) throws IOException {
        Request request = oldest();
        long now = run.answered(request.begunNanos());
        request.spotCheck();
        oldest = (oldest + 1) % requests.length;
        outstanding--;
        return now;
    }

    /** Makes memory zero that is read into. */
    void clear() {
        for (Request request : requests) {
            request.clear();
        }
    }

    /** Looks at every byte that was read last. */
    void check() throws IOException {
        for (Request request : requests) {
            request.check();
        }
    }
}
