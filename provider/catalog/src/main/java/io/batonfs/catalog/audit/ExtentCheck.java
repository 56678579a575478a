package io.batonfs.catalog.audit;

import io.batonfs.catalog.tables.ContentRow;
import io.batonfs.catalog.tables.ExtentRow;
import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.GroupRow;
import io.batonfs.catalog.tree.RouteMap;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import io.batonfs.model.Slice;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Contents and extents: lengths add up, no slice lies beyond what is durable, no page is given twice. */
final class ExtentCheck {
    private final Rows rows;
    private final Findings findings;

    ExtentCheck(Rows rows, Findings findings) {
        this.rows = rows;
        this.findings = findings;
    }

    void run() {
        contents();
        Set<ExtentId> leased = new HashSet<>();
        for (FileRow file : rows.files.values()) {
            file.lease().ifPresent(lease -> findings.check(leased.add(lease.extent()), lease.extent()
                    + " is held by two leases"));
        }
        Optional<GroupRow> group = rows.tables.group();
        TreeMap<String, TreeMap<Long, PageRun>> given = new TreeMap<>();
        for (Map.Entry<ExtentId, ExtentRow> extent : rows.extents.entrySet()) {
            ExtentRow row = extent.getValue();
            findings.equal(row.sealed(), !leased.contains(extent.getKey()), extent.getKey() + " sealed");
            PageRun before = given.computeIfAbsent(row.pages().volume().toString(), volume -> new TreeMap<>())
                    .put(row.pages().firstPage(), row.pages());
            findings.check(before == null, "two extents begin at page " + row.pages().firstPage());
            long counter = rows.tables.nextPage(row.pages().volume()).orElse(0L);
            findings.check(row.pages().endPage() <= counter, extent.getKey() + " has pages above the counter " + counter);
            group.ifPresent(found -> {
                findings.check(RouteMap.of(rows.tables, found.runPages(), row.pages()).isPresent(), extent.getKey()
                        + " has pages without a route");
                findings.check(row.lengthBytes() <= row.pages().bytes(found.geometry()), extent.getKey()
                        + " holds more bytes than its pages can");
            });
        }
        for (TreeMap<Long, PageRun> volume : given.values()) {
            long end = 0;
            for (PageRun run : volume.values()) {
                findings.check(run.firstPage() >= end, "the pages " + run + " belong to two extents");
                end = run.endPage();
            }
        }
    }

    private void contents() {
        rows.contents.forEach((id, row) -> {
            ContentRow beginning = row.beginning().map(rows.contents::get).orElse(null);
            long bytes = beginning == null ? 0 : beginning.lengthBytes();
            long slices = beginning == null ? 0 : beginning.sliceCount();
            findings.equal(row.beginningBytes(), bytes, "bytes of the beginning of " + id);
            findings.equal(row.beginningSlices(), slices, "slices of the beginning of " + id);
            for (Slice slice : row.slices()) {
                ExtentRow extent = rows.extents.get(slice.extent());
                findings.check(extent != null && slice.endOffset() <= extent.lengthBytes(), "a slice of " + id
                        + " ends at " + slice.endOffset() + ", beyond the durable length of " + slice.extent());
            }
        });
        rows.nodes.forEach((id, row) -> {
            if (!row.isDirectory()) {
                ContentRow content = rows.contents.get(row.file().content());
                findings.equal(row.file().lengthBytes(), content == null ? null : content.lengthBytes(), "length of " + id);
            }
        });
        rows.tokens.forEach((id, row) -> row.content().map(rows.contents::get).ifPresent(content ->
                findings.equal(row.lengthBytes(), content.lengthBytes(), "length of " + id)));
    }
}
