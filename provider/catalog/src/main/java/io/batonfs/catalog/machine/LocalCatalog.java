package io.batonfs.catalog.machine;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.ReplyFormat;
import io.batonfs.catalog.RequestFormat;
import io.batonfs.catalog.store.TableStore;
import io.batonfs.catalog.store.TableView;
import java.io.IOException;

/**
 * A catalog without a log: the machine, driven directly. For tests and tools; what it answered is as durable as its
 * tables are. Commands run one at a time on the callers' threads.
 */
public final class LocalCatalog implements Catalog {
    private static final long TERM = 1;

    private final TableStore store;
    private final CatalogMachine machine;

    /** On these tables, which are closed with it. */
    public LocalCatalog(TableStore store) {
        this(store, Pace.DEFAULT);
    }

    LocalCatalog(TableStore store, Pace pace) {
        this.store = store;
        this.machine = new CatalogMachine(store, pace);
    }

    @Override
    public synchronized Reply call(CatalogRequest request) throws IOException {
        return ReplyFormat.decode(machine.apply(TERM, machine.appliedIndex() + 1, RequestFormat.encode(request)));
    }

    @Override
    public <T> T read(Query<T> query) throws IOException {
        try (TableView view = store.view()) {
            return query.ask(new CatalogReader(view));
        }
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
