package io.batonfs.catalog.histories;

import io.batonfs.catalog.CatalogFigures;
import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.Listing;
import io.batonfs.catalog.OpenFile;
import io.batonfs.catalog.Totals;
import io.batonfs.catalog.audit.CatalogAudit;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.model.ContentId;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.Slice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Compares what the catalog shows with the model: the live tree, the snapshots, the tokens of files. */
final class TreeComparison {
    private static final int PAGE = 3;

    /** How much is compared after a step, beside whether it was accepted. */
    enum Depth {
        RESULT,
        /** Names, attributes, lengths, file ids of the live tree. */
        TREE,
        /** Bytes, extended attributes, snapshots and tokens too, and all of the tables recounted. */
        THOROUGH
    }


    private final HistoryRun run;
    private final Map<Integer, FileId> idOf = new HashMap<>();
    private final Map<FileId, Integer> identityOf = new HashMap<>();

    TreeComparison(HistoryRun run) {
        this.run = run;
    }

    void compare(Depth depth) {
        if (depth == Depth.RESULT) {
            return;
        }
        boolean thorough = depth == Depth.THOROUGH;
        run.machine.ask(reader -> {
            totals(reader, run.model.root);
            check(reader.figures().tracked() == run.model.tracked(), "/", "has " + reader.figures().tracked()
                    + " tracked files below it and not " + run.model.tracked());
            FileInfo root = reader.status(MachineUnderTest.ROOT, "/").orElseThrow();
            node(reader, root, run.model.root, "/", true, thorough);
            for (Map.Entry<String, NaiveNode> snapshot : run.model.snapshots().entrySet()) {
                // its ids are learnt when it is made, so that a clone of it can be told from a change
                if (thorough || snapshot.getValue().shown == null) {
                    FileInfo info = reader.status(MachineUnderTest.ROOT, snapshot.getKey()).orElseThrow(
                            () -> new HistoryFailure(snapshot.getKey() + " is missing"));
                    node(reader, info, snapshot.getValue(), snapshot.getKey(), false, true);
                }
            }
            return null;
        });
        if (thorough) {
            tokens();
            audit(false);
        }
    }

    private void node(CatalogReader reader, FileInfo info, NaiveNode node, String path, boolean live, boolean thorough)
            throws IOException {
        check(info.isDirectory() == node.directory, path, "is " + info.kind());
        check(info.mode() == node.rights.mode(), path, "has mode " + Integer.toOctalString(info.mode()) + " and not "
                + Integer.toOctalString(node.rights.mode()));
        check(info.owner().equals(node.rights.owner) && info.group().equals(node.rights.group), path, "belongs to "
                + info.owner() + ":" + info.group() + " and not " + node.rights.owner + ":" + node.rights.group);
        check(info.hasAcl() == !node.rights.beside().isEmpty(), path, "hides or invents an access control list");
        check(info.modifiedMs() == node.modifiedMs, path,
                "was modified at " + info.modifiedMs() + " and not at " + node.modifiedMs);
        check(info.open() == (live && node.isOpen()), path, "is " + (info.open() ? "open" : "closed"));
        identity(info.fileId(), node, path, live);
        if (thorough) {
            Set<String> acl = new TreeSet<>();
            reader.acl(MachineUnderTest.ROOT, path).entries().forEach(entry -> acl.add(NaiveRights.line(entry)));
            check(acl.equals(node.rights.beside()), path,
                    "has the entries " + acl + " and not " + node.rights.beside());
            byte[] xattr = reader.xattrs(MachineUnderTest.ROOT, path).get("user.x");
            check((xattr == null ? -1 : xattr[0]) == node.xattr, path, "has another extended attribute");
            policy(reader, path);
        }
        if (live && (node.tracked || node.isOpen())) {
            Optional<String> found = reader.pathOf(MachineUnderTest.ROOT, info.fileId());
            check(found.equals(Optional.of(path)), path, "is looked for at " + found);
        }
        if (node.directory) {
            directory(reader, info, node, path, live, thorough);
        } else {
            check(info.lengthBytes() == (node.isOpen() ? node.committed : node.data.length), path,
                    "has " + info.lengthBytes() + " bytes committed and not " + node.committed);
            if (thorough) {
                check(Arrays.equals(bytes(reader, path), node.data), path, "has other bytes");
            }
        }
    }

    private void directory(CatalogReader reader, FileInfo info, NaiveNode node, String path, boolean live,
            boolean thorough) throws IOException {
        check(info.childCount() == node.children.size(), path,
                "counts " + info.childCount() + " entries and not " + node.children.size());
        String after = "";
        int seen = 0;
        Listing page;
        do {
            page = reader.list(MachineUnderTest.ROOT, path, after, PAGE);
            for (FileInfo child : page.entries()) {
                String name = child.name();
                NaiveNode expected = node.children.get(name);
                check(expected != null && name.compareTo(after) > 0, path, "shows " + name + " after " + after);
                node(reader, child, expected, path.equals("/") ? "/" + name : path + "/" + name, live, thorough);
                after = name;
                seen++;
            }
        } while (page.more());
        check(seen == node.children.size(), path, "shows " + seen + " entries and not " + node.children.keySet());
    }

    private void policy(CatalogReader reader, String path) throws IOException {
        try {
            String expected = run.model.policyAt(path);
            String shown = reader.storagePolicy(MachineUnderTest.ROOT, path).orElse("");
            check(shown.equals(expected), path, "has the storage policy " + shown + " and not " + expected);
        } catch (NaiveTree.RefusedException e) {
            throw new HistoryFailure(path + " is not in the model: " + e.getMessage());
        }
    }

    private static void totals(CatalogReader reader, NaiveNode root) throws IOException {
        Totals expected = root.totals();
        Totals shown = reader.totals(MachineUnderTest.ROOT, "/");
        check(shown.equals(expected), "/", "has " + shown + " below it and not " + expected);
    }

    /**
     * What was born here has one file id for ever, which nothing else has. What a clone brought in shows its source's
     * until it is changed, and then its own for ever.
     */
    private void identity(FileId shown, NaiveNode node, String path, boolean live) {
        if (!live) {
            check(node.shown == null || node.shown.equals(shown), path, "shows " + shown + " and not " + node.shown);
            node.shown = shown;
            return;
        }
        boolean lentId = !node.born && !idOf.containsKey(node.identity)
                && (node.lent == null || node.lent.equals(shown));
        if (lentId) {
            node.lent = shown;
            node.shown = null;
            return;
        }
        FileId before = idOf.putIfAbsent(node.identity, shown);
        check(before == null || before.equals(shown), path, "was " + before + " and is now " + shown);
        Integer other = identityOf.putIfAbsent(shown, node.identity);
        check(other == null || other == node.identity, path, "has the file id " + shown + " of another file");
        node.shown = shown;
    }

    private byte[] bytes(CatalogReader reader, String path) throws IOException {
        OpenFile file = reader.open(MachineUnderTest.ROOT, path);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long committedOfOpen = 0;
        for (Slice slice : file.slices()) {
            bytes.writeBytes(run.extents.read(slice));
            if (file.openExtent().isPresent() && slice.extent().equals(file.openExtent().get().id())) {
                committedOfOpen = slice.endOffset();
            }
        }
        if (file.openExtent().isPresent()) {
            bytes.writeBytes(run.durable(file.openExtent().get().id(), committedOfOpen));
        }
        return bytes.toByteArray();
    }

    private void tokens() {
        run.tokens.forEach((slot, token) -> {
            NaiveNode expected = run.model.tokens.get(slot);
            if (!expected.directory) {
                Optional<List<Slice>> slices = run.machine.ask(r -> r.slices(
                        r.token(token, 0).orElseThrow().content().orElseThrow()));
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                slices.orElseThrow().forEach(s -> bytes.writeBytes(run.extents.read(s)));
                check(Arrays.equals(bytes.toByteArray(), expected.data), "token " + slot, "stands for other bytes");
            }
        });
    }

    /** Everything in the tables that can be recounted. */
    void audit(boolean atRest) {
        try (TableView view = run.machine.view()) {
            CatalogAudit audit = new CatalogAudit(view);
            List<String> found = atRest ? audit.differencesAtRest() : audit.differences();
            HistoryFailure.check(found.isEmpty(), "the audit found: " + found);
        }
    }

    /** With the live root alone, flattened and at rest: no base, no content and no extent that nobody can reach. */
    void nothingUnreachable() {
        Set<ContentId> contents = new HashSet<>();
        Set<ExtentId> extents = new HashSet<>();
        run.machine.ask(reader -> {
            reachable(reader, "/", run.model.root, contents, extents);
            CatalogFigures figures = reader.figures();
            HistoryFailure.check(figures.contents() == contents.size(),
                    figures.contents() + " contents are kept for " + contents.size());
            HistoryFailure.check(figures.extents() - figures.freeWaiting() == extents.size(),
                    figures.extents() - figures.freeWaiting() + " extents are kept for " + extents.size());
            return null;
        });
        try (TableView view = run.machine.view()) {
            view.scan(Table.NODES, new byte[0], null, (key, value) -> {
                NodeRow row = NodeRow.of(value);
                HistoryFailure.check(!row.isDirectory() || row.directory().base().isEmpty(), "a base is left");
                return true;
            });
        }
    }

    private static void reachable(CatalogReader reader, String path, NaiveNode node, Set<ContentId> contents,
            Set<ExtentId> extents) throws IOException {
        if (!node.directory) {
            OpenFile file = reader.open(MachineUnderTest.ROOT, path);
            contents.add(file.content());
            file.slices().forEach(slice -> extents.add(slice.extent()));
            file.openExtent().ifPresent(extent -> extents.add(extent.id()));
            return;
        }
        for (Map.Entry<String, NaiveNode> child : node.children.entrySet()) {
            reachable(reader, (path.equals("/") ? "/" : path + "/") + child.getKey(), child.getValue(), contents, extents);
        }
    }

    private static void check(boolean holds, String path, String message) {
        if (!holds) {
            throw new HistoryFailure(path + " " + message);
        }
    }
}
