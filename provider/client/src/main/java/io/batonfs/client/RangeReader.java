package io.batonfs.client;

import io.batonfs.client.FidTable.Fid;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads ranges of a file until every byte is there and checked, or the reason is known why it can't be had. Works in
 * passes: all that is missing is asked for, several READs at a time; then what the failures call for is done once, and
 * the next pass asks for what is still missing. Nothing is outstanding when it returns or throws. Thread-safe.
 */
final class RangeReader {
    /**
     * So often within one call the file is looked up again for a key that was refused or an extent that is gone. Once
     * is what CAT-12 asks for; but a file that is being moved may move again meanwhile.
     */
    static final int LOOK_UPS = 3;

    private final ReadHandle handle;
    private final ReadSender sender;
    private final RoutingCache routing;
    private final FidTable fids;
    private final Connections connections;
    private final Retries retries;
    private final ClientConfig config;

    RangeReader(
            ReadHandle handle, ReadSender sender, RoutingCache routing, FidTable fids, Connections connections,
            Retries retries, ClientConfig config) {
        this.handle = handle;
        this.sender = sender;
        this.routing = routing;
        this.fids = fids;
        this.connections = connections;
        this.retries = retries;
        this.config = config;
    }

    /** Fills the targets of all ranges; each lies within the file's visible bytes. */
    void read(List<FileRange> ranges) throws IOException {
        read(ranges, part -> { });
    }

    /**
     * As {@link #read(List)}, telling of each part as soon as it is there and checked, while others are on their way:
     * its bytes are still in the processor's cache then.
     *
     * @param checked told of parts of the ranges, in the order in which they were asked for, each once
     */
    void read(List<FileRange> ranges, Consumer<FileRange> checked) throws IOException {
        List<FileRange> missing = ranges;
        Repairs repairs = new Repairs();
        while (!missing.isEmpty()) {
            ReadView view = handle.current();
            List<Failure> failures = pass(view, missing, checked);
            missing = new ArrayList<>(failures.size());
            for (Failure failure : failures) {
                missing.add(repairs.note(failure));
            }
            if (!missing.isEmpty()) {
                repairs.carryOut(view);
            }
        }
    }

    private List<Failure> pass(ReadView view, List<FileRange> ranges, Consumer<FileRange> checked) {
        List<Failure> failures = new ArrayList<>();
        Deque<ReadPiece> flying = new ArrayDeque<>();
        try {
            for (FileRange range : ranges) {
                FileRange rest = range;
                while (rest.target().hasRemaining()) {
                    if (flying.size() >= config.parallelReads()) {
                        finish(flying.remove(), failures, checked);
                    }
                    try {
                        ReadPiece piece = sender.send(view, rest);
                        flying.add(piece);
                        rest = rest.after(piece.range().target().remaining());
                    } catch (IOException e) {
                        failures.add(new Failure(rest, null, e));
                        break;
                    }
                }
            }
        } finally {
            while (!flying.isEmpty()) {
                finish(flying.remove(), failures, checked);
            }
        }
        return failures;
    }

    private void finish(ReadPiece piece, List<Failure> failures, Consumer<FileRange> checked) {
        try {
            piece.await(config.requestTimeoutMs(), connections);
            checked.accept(piece.range());
        } catch (BatonException e) {
            failures.add(new Failure(piece.range(), piece.fid(), e));
        }
    }

    /**
     * A range that was not read.
     *
     * @param range which
     * @param fid   how it was asked for; null if it was never sent
     * @param cause why
     */
    private record Failure(FileRange range, Fid fid, IOException cause) {
    }

    /** What one call has learned from its failures, and what is to be done before its next pass. */
    private final class Repairs {
        private final Retries.Budget budget = retries.begin();
        private int lookUps;
        private boolean reopen;
        private IOException pauseFor;
        private final List<FileRange> refresh = new ArrayList<>();

        /** What to ask for again, or the failure if that makes no sense. */
        FileRange note(Failure failure) throws IOException {
            ErrorCode code = failure.cause instanceof BatonException coded ? coded.code() : ErrorCode.UNREACHABLE;
            switch (code) {
                case DATA_LOST -> {
                    if (failure.range.losses() > 0) {
                        throw failure.cause;
                    }
                    return failure.range.lostOnceMore();
                }
                case NO_SUCH_EXTENT, KEY_REFUSED -> {
                    if (lookUps >= LOOK_UPS) {
                        throw failure.cause;
                    }
                    reopen = true;
                }
                case STALE_ROUTE, UNREACHABLE -> {
                    refresh.add(failure.range);
                    pauseFor = failure.cause;
                }
                default -> {
                    if (failure.fid != null && Failures.fidForgotten((BatonException) failure.cause)) {
                        fids.forget(failure.fid);
                    }
                    pauseFor = failure.cause;
                }
            }
            return failure.range;
        }

        void carryOut(ReadView view) throws IOException {
            if (reopen) {
                reopen = false;
                lookUps++;
                handle.reopened(view);
            }
            if (pauseFor != null) {
                IOException cause = pauseFor;
                pauseFor = null;
                budget.pause(cause);
            }
            PageGeometry geometry = view.geometry();
            for (FileRange range : refresh) {
                ReadView.Span span = view.spanAt(range.position());
                routing.refresh(new PageRun(
                        span.extent().pages().volume(), geometry.pageOf(span.address(geometry)), 1));
            }
            refresh.clear();
        }
    }
}
