package io.batonfs.server.local;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.server.storage.HostSpace;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/**
 * Refuses commands with NO_SPACE while the file system of the catalog's log is nearly full: a log that can't be written
 * stops the catalog, and it can't be opened again before there is room. What ends or takes something away may use half of
 * the reserve, so that files can be closed and deleted. Thread-safe; the catalog belongs to the caller.
 */
final class SpaceGuardedCatalog implements Catalog {
    private static final Set<Class<? extends Command>> ENDING = Set.of(Command.CloseFile.class, Command.RenewLeases.class,
            Command.StartRecovery.class, Command.FinishRecovery.class, Command.Delete.class, Command.Truncate.class,
            Command.RemoveXattr.class, Command.DeleteSnapshot.class, Command.RevokeToken.class, Command.RollSigningKey.class,
            Command.Housekeep.class, Command.ExtentsFreed.class);

    private final Catalog catalog;
    private final HostSpace space;

    SpaceGuardedCatalog(Catalog catalog, HostSpace space) {
        this.catalog = catalog;
        this.space = space;
    }

    @Override
    public Reply call(CatalogRequest request) throws IOException, InterruptedException {
        Optional<BatonException> refusal = refusal(request);
        if (refusal.isPresent()) {
            throw refusal.get();
        }
        return catalog.call(request);
    }

    private Optional<BatonException> refusal(CatalogRequest request) {
        return space.shortage(ENDING.contains(request.command().getClass()) ? 2 : 1).map(shortage ->
                new BatonException(ErrorCode.NO_SPACE, "the catalog takes no changes: " + shortage));
    }

    @Override
    public <T> T read(Query<T> query) throws IOException {
        return catalog.read(query);
    }

    @Override
    public void close() throws IOException {
        catalog.close();
    }
}
