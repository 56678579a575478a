package io.batonfs.catalog.machine;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.ExtentRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.WantedRow;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The extents that are wanted in other pools, each with a row in an index for each server that a route of it leads to: so a
 * server goes through its own only. The index has the first page of the extent in its keys, by which those of a run of pages
 * are found when their route changes.
 */
final class WantedList {
    private static final byte[] NOTHING = new byte[0];

    private final Transaction tx;
    private final Allocation allocation;

    WantedList(Session session) {
        this.tx = session.tx;
        this.allocation = session.allocation;
    }

    Optional<WantedRow> find(ExtentId id) {
        return find(tx, id);
    }

    static Optional<WantedRow> find(Transaction tx, ExtentId id) {
        return tx.find(Table.WISHES, Keys.wantedExtent(id), WantedRow::of);
    }

    /** Puts an extent on the list, or changes what is wanted of it. */
    void put(ExtentId id, ExtentRow extent, WantedRow wanted) {
        tx.put(Table.WISHES, Keys.wantedExtent(id), wanted.toBytes());
        index(id, extent.pages());
    }

    private void index(ExtentId id, PageRun pages) {
        owners(pages).forEach(owner -> tx.put(Table.WISHES, Keys.wantedAt(owner, pages, id), NOTHING));
    }

    /** Whether a route of an extent leads to a server. */
    boolean isAt(ServerId server, ExtentRow extent) {
        return owners(extent.pages()).contains(server);
    }

    private Set<ServerId> owners(PageRun pages) {
        Set<ServerId> owners = new TreeSet<>();
        allocation.routes(pages).stream().map(Route::owners).forEach(owners::addAll);
        return owners;
    }

    /** Takes an extent off the list, where it is there. */
    void strike(ExtentId id) {
        byte[] key = Keys.wantedExtent(id);
        if (tx.find(Table.WISHES, key, WantedRow::of).isPresent()) {
            tx.delete(Table.WISHES, key);
            unlist(id, tx.extent(id).pages());
        }
    }

    private void unlist(ExtentId id, PageRun pages) {
        owners(pages).forEach(owner -> tx.delete(Table.WISHES, Keys.wantedAt(owner, pages, id)));
    }

    /**
     * Before the route of pages changes: takes their extents out of the index.
     *
     * @return what to {@link #moved tell} when it has changed
     */
    Set<ExtentId> moving(PageRun pages) {
        Set<ExtentId> listed = new HashSet<>();
        long first = Math.max(0, pages.firstPage() - Allocation.MAX_PAGES + 1);
        for (ServerId owner : owners(pages)) {
            List<ExtentId> near = new ArrayList<>();
            tx.view().scan(Table.WISHES, Keys.wantedAt(owner, pages.volume(), first),
                    Keys.wantedAt(owner, pages.volume(), pages.endPage()),
                    (key, value) -> near.add(Keys.wantedExtentAt(key)));
            near.stream().filter(id -> tx.extent(id).pages().endPage() > pages.firstPage()).forEach(listed::add);
        }
        listed.forEach(id -> unlist(id, tx.extent(id).pages()));
        return listed;
    }

    /** Puts extents into the index again. */
    void moved(Set<ExtentId> listed) {
        listed.forEach(id -> index(id, tx.extent(id).pages()));
    }

    /** Notes that an extent stays where it is, though that was wanted of it, because others may share it. */
    void stays(ExtentId id, WantedRow wanted) {
        tx.put(Table.WISHES, Keys.staying(id), wanted.toBytes());
    }

    /** Forgets that an extent stays, where that is noted. */
    void forgetStay(ExtentId id) {
        byte[] key = Keys.staying(id);
        if (tx.find(Table.WISHES, key, WantedRow::of).isPresent()) {
            tx.delete(Table.WISHES, key);
        }
    }
}
