package io.batonfs.bench;

import static io.batonfs.bench.Contender.BATON_DAEMON;
import static io.batonfs.bench.Contender.BATON_EMBEDDED;

import java.util.ArrayList;
import java.util.List;

/** Names: calls that move no bytes of files, by one thread and by eight. */
final class MetadataRows {
    private static final String GROUP = "metadata";
    private static final int[] THREADS = {1, 8};
    private static final String FORCED =
            "each change is forced before it is acknowledged: in the edit log, in the catalog's log";
    private static final String LOOKS = "nothing is changed and nothing forced; the answer is the state of the moment";

    private MetadataRows() {
    }

    static List<Row> at(Sizes sizes) {
        List<Row> rows = new ArrayList<>();
        for (int threads : THREADS) {
            rows.add(row("create-close-" + threads, 2, FORCED + "; create and close are one each", site ->
                    new CreateWork(site, threads)));
            rows.add(row("stat-" + threads, 1.5, LOOKS, site -> new StatWork(site, threads)));
            rows.add(row("list-" + sizes.files() + "-" + threads, 3, LOOKS, site -> new ListWork(site, threads)));
            rows.add(row("rename-" + threads, 1.5, FORCED, site -> new RenameWork(site, threads)));
            rows.add(row("delete-" + threads, 1.5, FORCED, site -> new DeleteWork(site, threads)));
        }
        return rows;
    }

    private static Row row(String name, double goal, String acknowledged, Work.Factory work) {
        return new Row(GROUP, name, Unit.OPERATIONS_PER_SECOND, acknowledged,
                List.of(Comparison.withHdfs(BATON_EMBEDDED, goal), Comparison.withHdfs(BATON_DAEMON, goal)), work);
    }
}
