package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.pages.IoCompletion;
import io.batonfs.pages.PageEngine;
import io.batonfs.pages.ReadRequest;
import io.batonfs.pages.WriteRequest;
import io.batonfs.server.grants.Grant;
import io.batonfs.server.grants.GrantKind;
import io.batonfs.transport.lwio.LwioStatus;
import io.batonfs.transport.lwio.RegisteredFile;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands behind a Fid: the bytes that a resume key grants, until it expires (LW-5, LW-17). Holds no state of its
 * own besides the grant; thread-safe.
 */
final class GrantedFile implements RegisteredFile {
    private static final Logger LOG = LoggerFactory.getLogger(GrantedFile.class);

    private final PageEngine engine;
    private final Grant grant;
    private final GrantedRanges ranges;
    private final boolean writeThrough;
    private final int blockBytes;
    private final Clock clock;
    private final IoCounts counts;
    private final Predicate<Long> movedAway;

    /**
     * @param movedAway whether a volume address that isn't held here is another server's by now; asked only when an I/O
     *                  has failed
     */
    GrantedFile(PageEngine engine, Grant grant, GrantedRanges ranges, boolean writeThrough, int blockBytes, Clock clock,
            IoCounts counts, Predicate<Long> movedAway) {
        this.engine = engine;
        this.grant = grant;
        this.ranges = ranges;
        this.writeThrough = writeThrough;
        this.blockBytes = blockBytes;
        this.clock = clock;
        this.counts = counts;
        this.movedAway = movedAway;
    }

    @Override
    public void read(long offset, ByteBuffer destination, int[] pieceCrcs, IoResult result) {
        int length = destination.remaining();
        LwioStatus refusal = refusal(offset, length, false);
        if (refusal != LwioStatus.SUCCESS) {
            counts.failed(false);
            result.complete(refusal, 0);
            return;
        }
        engine.readHere(request(offset, destination, pieceCrcs), answer(result, offset, length, false));
    }

    @Override
    public boolean readAtOnce(long offset, ByteBuffer destination, int[] pieceCrcs) {
        int length = destination.remaining();
        if (refusal(offset, length, false) != LwioStatus.SUCCESS
                || !engine.readAtOnce(request(offset, destination, pieceCrcs))) {
            return false;
        }
        counts.succeeded(false, length);
        return true;
    }

    private ReadRequest request(long offset, ByteBuffer destination, int[] pieceCrcs) {
        int[] crcs = pieceCrcs != null ? pieceCrcs : new int[pieces(offset, destination.remaining())];
        return new ReadRequest(ranges.volume(), offset, destination, crcs);
    }

    @Override
    public void write(long offset, ByteBuffer source, int[] pieceCrcs, IoResult result) {
        int length = source.remaining();
        LwioStatus refusal = refusal(offset, length, true);
        if (refusal != LwioStatus.SUCCESS) {
            counts.failed(true);
            result.complete(refusal, 0);
            return;
        }
        // The transport's array is reused and may be longer than what it holds.
        int[] crcs = pieceCrcs != null ? Arrays.copyOf(pieceCrcs, pieces(offset, length)) : checksums(offset, source);
        engine.write(new WriteRequest(ranges.volume(), offset, new ExtentId(grant.subject()), grant.writeEpoch(), source,
                crcs, writeThrough), answer(result, offset, length, true));
    }

    @Override
    public void close() {
        // Nothing is held for a Fid: the grant dies by itself.
    }

    private LwioStatus refusal(long offset, int length, boolean write) {
        if (clock.instant().getEpochSecond() >= grant.expiresSeconds()) {
            return LwioStatus.ACCESS_DENIED;
        }
        if (write != (grant.kind() == GrantKind.WRITE_EXTENT)) {
            return LwioStatus.ACCESS_DENIED;
        }
        return ranges.coversWithinPage(offset, length) ? LwioStatus.SUCCESS : LwioStatus.INVALID_PARAMETER;
    }

    private int pieces(long offset, int length) {
        return length == 0 ? 0 : Math.toIntExact((offset + length - 1) / blockBytes - offset / blockBytes + 1);
    }

    /** A Fid without checksums trusts the wire: the pool's checksums begin here. */
    private int[] checksums(long offset, ByteBuffer source) {
        int[] crcs = new int[pieces(offset, source.remaining())];
        ByteBuffer rest = source.duplicate();
        CRC32C crc = new CRC32C();
        long at = offset;
        for (int i = 0; i < crcs.length; i++) {
            int length = (int) Math.min(blockBytes - at % blockBytes, source.limit() - rest.position());
            rest.limit(rest.position() + length);
            crc.reset();
            crc.update(rest);
            crcs[i] = (int) crc.getValue();
            at += length;
        }
        return crcs;
    }

    /** A client that errs, or means harm, must not be able to fill the log. */
    private static boolean isTheClientsAffair(ErrorCode code) {
        return switch (code) {
            case CHECKSUM_MISMATCH, FENCED, LEASE_LOST, INVALID_ARGUMENT, KEY_REFUSED, PERMISSION_DENIED, AGAIN, BUSY -> true;
            default -> false;
        };
    }

    /** The status says little to the client; what happened is written here. */
    private IoCompletion answer(IoResult result, long offset, int length, boolean write) {
        return new IoCompletion() {
            @Override
            public void completed() {
                counts.succeeded(write, length);
                result.complete(LwioStatus.SUCCESS, length);
            }

            @Override
            public void failed(BatonException failure) {
                counts.failed(write);
                BatonException cause = lostIfCommitted(failure, offset, length);
                boolean moved = cause.code() == ErrorCode.NO_SUCH_EXTENT && movedAway.test(offset);
                if (moved) {
                    LOG.debug("A late I/O is sent to the new place of its page: {}", cause.getMessage());
                } else if (isTheClientsAffair(cause.code())) {
                    LOG.debug("An I/O is refused: {} ({})", cause.getMessage(), cause.code());
                } else {
                    LOG.warn("An I/O failed: {} ({})", cause.getMessage(), cause.code());
                    LOG.debug("The cause", cause);
                }
                result.complete(moved ? LwioStatus.STALE_ROUTE : Statuses.of(cause.code()), 0);
            }
        };
    }

    /**
     * What a content's slices cover was vouched for when it was committed. An owner that refuses it as lying beyond its
     * end has lost it since, and its reader asked nothing wrong.
     */
    private BatonException lostIfCommitted(BatonException cause, long offset, int length) {
        if (grant.kind() != GrantKind.READ_CONTENT || cause.code() != ErrorCode.INVALID_ARGUMENT) {
            return cause;
        }
        return new BatonException(ErrorCode.DATA_LOST, length + " committed bytes at address " + offset
                + " are not held here any more: " + cause.getMessage() + "; restore the file from another copy", cause);
    }
}
