package io.batonfs.catalog;

import io.batonfs.catalog.store.TableView;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ContentId;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.model.Slice;
import io.batonfs.model.TokenId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Questions to the tables at one moment (CAT-12: reading takes no write). Paths as in {@link Command}; those in
 * snapshots ({@code /dir/.snapshot/name/rest}) are fine everywhere. Methods with a {@link Caller} check permissions as
 * POSIX does and fail with NOT_FOUND, NOT_A_DIRECTORY, PERMISSION_DENIED or INVALID_ARGUMENT; the others are for the
 * servers themselves. Thread-safe if the view is; the view is the caller's to close.
 */
public final class CatalogReader {
    private final TableView view;

    /** Asks this view. */
    public CatalogReader(TableView view) {
        this.view = Objects.requireNonNull(view, "view");
    }

    /** What the group was formatted with; empty before. */
    public Optional<GroupInfo> group() {
        throw missing();
    }

    /** The highest command time so far, milliseconds since 1970. */
    public long timeMs() {
        throw missing();
    }

    /** Attributes of a file or directory; empty if there is none. */
    public Optional<FileInfo> status(Caller caller, String path) throws BatonException {
        throw missing();
    }

    /**
     * A part of a directory; for a file, itself.
     *
     * @param startAfter only names after this one; empty for all
     * @param limit      at most so many entries, at least 1
     */
    public Listing list(Caller caller, String path, String startAfter, int limit) throws BatonException {
        throw missing();
    }

    /** All that reading a file takes. IS_A_DIRECTORY. */
    public OpenFile open(Caller caller, String path) throws BatonException {
        throw missing();
    }

    /** Extended attributes by name. */
    public Map<String, byte[]> xattrs(Caller caller, String path) throws BatonException {
        throw missing();
    }

    /** Names of a directory's snapshots, in order. */
    public List<String> snapshots(Caller caller, String path) throws BatonException {
        throw missing();
    }

    /** The slices of a content, in order; empty if there is no such content. */
    public Optional<List<Slice>> slices(ContentId content) {
        throw missing();
    }

    /** What a resume key for a content grants: its extents, each once; empty if there is no such content. */
    public Optional<List<Extent>> extentsOf(ContentId content) {
        throw missing();
    }

    /** An extent and where it is; empty if there is none. */
    public Optional<PlacedExtent> extent(ExtentId extent) {
        throw missing();
    }

    /** Where pages are, in page order, covering the run; INVALID_ARGUMENT for pages that were never given out. */
    public List<Route> routes(PageRun run) throws BatonException {
        throw missing();
    }

    /** A token, with its cause of death as of a time; empty if it was never made or is long forgotten. */
    public Optional<TokenInfo> token(TokenId token, long nowMs) {
        throw missing();
    }

    /** A file's lease; empty if it has no writer. */
    public Optional<LeaseInfo> lease(FileId file) {
        throw missing();
    }

    /** The path of a file that has a writer, or of an ancestor of one; empty for all others. */
    public Optional<String> pathOf(FileId file) {
        throw missing();
    }

    /** Leases past their hard limit, and those whose recovery was begun, at most so many. */
    public List<LeaseInfo> leasesDue(long nowMs, int limit) {
        throw missing();
    }

    /**
     * The leases of all files at or below a path, in the order of file ids: what owners must be asked about before a
     * clone, a snapshot or a token (CAT-5). Empty for a path in a snapshot, and where there is nothing at the path.
     */
    public List<LeaseInfo> leasesBelow(String path) throws BatonException {
        throw missing();
    }

    /** Extents that nothing names and whose grace time is over, at most so many (CAT-7). */
    public List<PlacedExtent> extentsToFree(long nowMs, int limit) {
        throw missing();
    }

    /** The registered servers, in the order of their ids. */
    public List<ServerInfo> servers() {
        throw missing();
    }

    /** A server; empty if it is not registered. */
    public Optional<ServerInfo> server(ServerId server) {
        throw missing();
    }

    /** The signing keys still in use; the last one is to sign with. */
    public List<SigningKey> signingKeys() {
        throw missing();
    }

    /** The counter of the default volume: pages from this number on were never given out (CAT-7). */
    public long nextPage() {
        throw missing();
    }

    /** Counters. */
    public CatalogFigures figures() {
        throw missing();
    }

    private UnsupportedOperationException missing() {
        return new UnsupportedOperationException("reading " + view + " is not built yet");
    }
}
