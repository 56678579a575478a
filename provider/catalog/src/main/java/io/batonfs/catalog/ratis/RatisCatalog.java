package io.batonfs.catalog.ratis;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.ReplyFormat;
import io.batonfs.catalog.RequestFormat;
import io.batonfs.catalog.store.TableView;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.concurrent.Executor;

/** The catalog over the replicated log: requests and replies as bytes, questions to the leader's tables. Thread-safe. */
public final class RatisCatalog implements Catalog {
    private final RatisCatalogLog log;

    private RatisCatalog(RatisCatalogLog log) {
        this.log = log;
    }

    /**
     * Opens this peer of the catalog, or makes it, and waits until somebody leads.
     *
     * @param machines what applies commands to tables
     * @param peers    where the peers of this JVM find each other
     * @param retries  tries again what failed; see {@link RatisCatalogLog#open}
     * @throws BatonException AGAIN if nobody leads within the submit timeout; else as {@link RatisCatalogLog#open}
     */
    public static RatisCatalog open(CatalogLogConfig config, MachineFactory machines, InProcessDirectory peers,
            Executor retries) throws IOException {
        RatisCatalogLog log = RatisCatalogLog.open(config, machines, peers, retries);
        try {
            if (!log.awaitLeader(config.submitTimeout())) {
                throw new BatonException(ErrorCode.AGAIN, "nobody leads the catalog in " + config.directory()
                        + (log.failureMessage() == null ? "; are its other peers up?" : ": " + log.failureMessage()));
            }
            return new RatisCatalog(log);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.close();
            throw new BatonException(ErrorCode.AGAIN, "interrupted while opening " + config.directory(), e);
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    @Override
    public Reply call(CatalogRequest request) throws IOException, InterruptedException {
        return ReplyFormat.decode(log.call(encode(request)));
    }

    /** What has no encoding, as a name with half a character, is its caller's mistake; nothing has happened then. */
    private static byte[] encode(CatalogRequest request) throws BatonException {
        try {
            return RequestFormat.encode(request);
        } catch (IllegalArgumentException e) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, request.command().getClass().getSimpleName()
                    + " cannot be asked for: " + e.getMessage() + "; use whole characters", e);
        }
    }

    @Override
    public <T> T read(Query<T> query) throws IOException {
        try (TableView view = log.view()) {
            return query.ask(new CatalogReader(view));
        } catch (RuntimeException e) {
            throw new BatonException(ErrorCode.INTERNAL, "a question to the catalog failed: " + e, e);
        }
    }

    /** The log below: leadership and health. */
    public RatisCatalogLog log() {
        return log;
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
