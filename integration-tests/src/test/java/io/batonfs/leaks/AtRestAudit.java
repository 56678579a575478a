package io.batonfs.leaks;

import io.batonfs.catalog.audit.CatalogAudit;
import io.batonfs.catalog.machine.CatalogMachine;
import io.batonfs.catalog.ratis.CatalogLogConfig;
import io.batonfs.catalog.ratis.InProcessDirectory;
import io.batonfs.catalog.ratis.RatisCatalog;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.model.GroupId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Looks into the tables of a group that is closed and ought to be empty. */
final class AtRestAudit {
    /** The root, once as a node and once as the ancestor of files that have had writers; else no rows. */
    private static final Map<Table, Integer> EMPTY = new EnumMap<>(Map.of(Table.NODES, 1, Table.FILES, 1));
    /** What has rows in an empty group: a bounded number, or one for every 4096 pages ever given out (ROUTES). */
    private static final List<Table> KEPT =
            List.of(Table.META, Table.SIGNING_KEYS, Table.VOLUMES, Table.SERVERS, Table.RETRY, Table.ROUTES);

    private AtRestAudit() {
    }

    /** What is not as it should be, a sentence each. */
    static List<String> findings(Path group, GroupId id) throws IOException {
        ExecutorService replies = Executors.newSingleThreadExecutor();
        try (RatisCatalog catalog = RatisCatalog.open(CatalogLogConfig.onePeer(group.resolve("catalog"), id),
                CatalogMachine::new, new InProcessDirectory(), replies); TableView view = catalog.log().view()) {
            List<String> findings = new ArrayList<>(new CatalogAudit(view).differencesAtRest());
            for (Table table : Table.values()) {
                int rows = rows(view, table);
                if (!KEPT.contains(table) && rows != EMPTY.getOrDefault(table, 0)) {
                    findings.add(table + " has " + rows + " rows");
                }
            }
            return findings;
        } finally {
            replies.shutdown();
        }
    }

    private static int rows(TableView view, Table table) {
        int[] rows = new int[1];
        view.scan(table, new byte[0], null, (key, value) -> ++rows[0] > 0);
        return rows[0];
    }
}
