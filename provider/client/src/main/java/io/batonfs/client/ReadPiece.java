package io.batonfs.client;

import io.batonfs.client.FidTable.Fid;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * One READ on its way: sent by {@link ReadSender}, ended by {@link #await}, which alone says whether its bytes may be
 * handed out. Used by one thread.
 */
final class ReadPiece {
    private final FileRange range;
    private final PageGeometry geometry;
    private final long address;
    private final Fid fid;
    private final Traffic traffic;
    private final int[] pieceCrcs;
    private final CompletableFuture<Integer> answer;

    ReadPiece(
            FileRange range, PageGeometry geometry, long address, Fid fid, Traffic traffic, int[] pieceCrcs,
            CompletableFuture<Integer> answer) {
        this.range = range;
        this.geometry = geometry;
        this.address = address;
        this.fid = fid;
        this.traffic = traffic;
        this.pieceCrcs = pieceCrcs;
        this.answer = answer;
    }

    /** What was asked for. */
    FileRange range() {
        return range;
    }

    /** How it was asked for. */
    Fid fid() {
        return fid;
    }

    /** Done when no byte arrives any more, whatever became of it. */
    CompletableFuture<Integer> answer() {
        return answer;
    }

    /**
     * Waits for the answer and checks the bytes against the writer's checksums. The caller takes in answers meanwhile,
     * also of others, so it must hold no lock that is taken by what hangs on them: a write pipeline's. An interrupt
     * does not end the wait, since the bytes may still be arriving in the caller's memory; it stays set.
     *
     * @throws BatonException why the bytes may not be used
     */
    void await(long timeoutMs, Connections connections) throws BatonException {
        boolean interrupted = false;
        boolean shut = false;
        try {
            while (true) {
                try {
                    if (fid.connection().await(answer, timeoutMs)) {
                        verify(answer.get());
                        return;
                    }
                    if (shut) {
                        throw new BatonException(ErrorCode.INTERNAL, "reading " + where()
                                + " never ended though its connection was closed");
                    }
                    shut = true;
                    connections.shut(fid.connection(), fid.server());
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw Failures.of(e, fid.connection(), "reading " + where());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void verify(int bytesRead) throws BatonException {
        ByteBuffer target = range.target();
        if (bytesRead != target.remaining()) {
            throw new BatonException(ErrorCode.DATA_LOST, "reading " + where() + " gave " + bytesRead
                    + " bytes; the server holds less than was acknowledged");
        }
        traffic.checksummed(bytesRead);
        int wrong = Pieces.firstWrong(geometry, address, target, pieceCrcs);
        if (wrong >= 0) {
            throw new BatonException(ErrorCode.DATA_LOST, "reading " + where() + " gave other bytes than were written:"
                    + " the checksum of those from " + (range.position() + wrong) + " on is not the writer's");
        }
    }

    private String where() {
        return range.target().remaining() + " bytes at offset " + range.position() + " of " + range.path() + " from "
                + fid.server();
    }
}
