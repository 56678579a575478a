package io.batonfs.protocol;

import java.io.IOException;
import java.util.List;

/**
 * What administrators ask of a running group about what is damaged in it: what its storage servers know to be lost or
 * don't serve, and which paths show it. No block of data is read for that. Thread-safe.
 *
 * <p>A check takes as long as reading the catalog's tables does, so it is a piece of work of the server's own: it is begun,
 * looked at until it is done, fetched in parts and ended. Calls about it carry the client id of the one that has begun it, so
 * nobody else meets it by chance. There is one at a time; one about which nobody asks for {@link #PATIENCE_MS} is ended. All
 * calls are answered at once, and refused with PERMISSION_DENIED to whoever is no administrator.
 */
public interface CheckService {
    /** A command that is alive asks every second. */
    long PATIENCE_MS = 60_000;

    /** Most paths of one check. */
    int MOST_PATHS = 1000;

    /**
     * Begins one. A call that comes again tells how far it is.
     *
     * @param paths only damage that is seen at or below these is told; empty: all
     * @throws io.batonfs.model.BatonException BUSY if one is under way already, NOT_FOUND if one of the paths is not there,
     *                                         INVALID_ARGUMENT if one can't be a path, LIMIT_EXCEEDED if there are too many
     */
    CheckStanding beginCheck(CallContext context, List<String> paths) throws IOException;

    /**
     * How far it is.
     *
     * @throws io.batonfs.model.BatonException NOT_FOUND if there is no such check, or none any more
     */
    CheckStanding checkStanding(CallContext context) throws IOException;

    /**
     * A part of what it found, as much as fits into a reply.
     *
     * @param from how many findings the caller has already
     * @throws io.batonfs.model.BatonException NOT_FOUND as {@link #checkStanding}; INVALID_ARGUMENT if it is not done, or has not
     *                                         found so much
     */
    CheckPart checkPart(CallContext context, int from) throws IOException;

    /** Ends it, if it is under way, and forgets what it found. Where there is none, nothing happens. */
    void endCheck(CallContext context) throws IOException;

    /** How scrubbing of each set of devices is, which is what reads all blocks. */
    List<ScrubStanding> scrubStandings(CallContext context) throws IOException;
}
