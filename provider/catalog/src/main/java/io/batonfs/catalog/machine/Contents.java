package io.batonfs.catalog.machine;

import io.batonfs.catalog.tables.ContentRow;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.ExtentRow;
import io.batonfs.catalog.tables.FileBody;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tree.SliceLists;
import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.Crc32cMath;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.NodeId;
import io.batonfs.model.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Changes contents: lists of slices whose beginnings are shared. A content with more than one reference is copied
 * before it changes, at the cost of one row (CAT-3). File nodes handed in are private already.
 */
final class Contents {
    /** Slices of a content (CAT-11). */
    static final long MAX_SLICES = 1 << 18;
    /** Slices that one command may copy from one place to another (CAT-11): of 29 bytes each, 2 MB of rows at most. */
    static final int MAX_COPIED_SLICES = 1 << 16;

    private final Transaction tx;
    private final References references;

    Contents(Transaction tx, References references) {
        this.tx = tx;
        this.references = references;
    }

    /** A new content without slices; it has no reference yet. */
    ContentId empty() {
        return add(new ContentRow(0, Optional.empty(), 0, 0, List.of()));
    }

    /** A new content that is a range of another one; it has no reference yet. */
    ContentId range(ContentId content, long offset, long lengthBytes) throws BatonException {
        if (offset == 0) {
            return beginning(content, lengthBytes);
        }
        List<Slice> slices = SliceLists.range(tx, content, offset, lengthBytes);
        checkCopied(slices.size());
        ContentId made = empty();
        ContentId at = made;
        for (Slice slice : slices) {
            ContentId next = append(at, slice);
            if (!next.equals(at)) {
                references.take(at);
                at = next;
            }
        }
        return at;
    }

    /** Commits that an open extent, whose slice can only be the last one, has at least this durable length. */
    void grow(NodeId file, ExtentId extent, long lengthBytes, int crc32c) {
        if (lengthBytes > committed(tx.node(file).file().content(), extent)) {
            setLength(file, extent, lengthBytes, crc32c);
        }
    }

    /** Commits that exactly so many bytes of an open extent are part of the file. */
    void setLength(NodeId file, ExtentId extent, long lengthBytes, int crc32c) {
        ContentId before = tx.node(file).file().content();
        long committed = committed(before, extent);
        if (committed == lengthBytes) {
            return;
        }
        ContentId content = makePrivate(before);
        if (committed > 0) {
            ContentRow row = tx.content(content);
            tx.put(content, row.with(row.slices().subList(0, row.slices().size() - 1)));
        }
        if (lengthBytes > 0) {
            Slice slice = new Slice(extent, 0, lengthBytes, OptionalInt.of(crc32c));
            content = committed > 0 ? addRow(content, slice) : append(content, slice);
            ExtentRow extentRow = tx.extent(extent);
            tx.put(extent, extentRow.grown(lengthBytes));
        } else if (committed > 0) {
            references.drop(extent);
        }
        setContent(file, content);
    }

    /** How many bytes of an open extent are part of a content. */
    long committed(ContentId content, ExtentId extent) {
        return SliceLists.last(tx.content(content)).filter(slice -> slice.extent().equals(extent))
                .map(Slice::lengthBytes).orElse(0L);
    }

    /** Cuts a file. */
    void truncate(NodeId file, long lengthBytes) {
        ContentId old = tx.node(file).file().content();
        ContentId cut = beginning(old, lengthBytes);
        references.take(cut);
        references.drop(old);
        setContent(file, cut);
    }

    /** Appends contents to a file. */
    void concat(NodeId file, List<ContentId> sources) throws BatonException {
        long total = 0;
        for (ContentId source : sources) {
            total += tx.content(source).sliceCount();
        }
        checkCopied(total);
        ContentId content = makePrivate(tx.node(file).file().content());
        checkRoom(content, total);
        for (ContentId source : sources) {
            for (Slice slice : SliceLists.all(tx, source)) {
                content = append(content, slice);
            }
        }
        setContent(file, content);
    }

    /** Checks that a content may get one more slice. */
    void checkRoom(ContentId content, long more) throws BatonException {
        if (tx.content(content).sliceCount() + more > MAX_SLICES) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "A file of more than " + MAX_SLICES
                    + " slices is not kept; copy it, byte by byte, into a new file");
        }
    }

    private static void checkCopied(long slices) throws BatonException {
        if (slices > MAX_COPIED_SLICES) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "One call cannot handle " + slices + " slices, only "
                    + MAX_COPIED_SLICES + "; split the range or the list of files");
        }
    }

    /** A content that only one file names: itself, or a copy that has taken over the file's reference. */
    private ContentId makePrivate(ContentId content) {
        ContentRow row = tx.content(content);
        if (row.references() == 1) {
            return content;
        }
        row.slices().forEach(slice -> references.take(slice.extent()));
        row.beginning().ifPresent(references::take);
        ContentId copy = add(row.referenced(1));
        references.drop(content);
        return copy;
    }

    /** Appends a slice to a private content; gives the content that takes over its place. */
    private ContentId append(ContentId content, Slice slice) {
        ContentRow row = tx.content(content);
        Optional<Slice> joined = SliceLists.last(row).flatMap(last -> join(last, slice));
        if (joined.isPresent()) {
            List<Slice> slices = new ArrayList<>(row.slices());
            slices.set(slices.size() - 1, joined.get());
            tx.put(content, row.with(slices));
            return content;
        }
        references.take(slice.extent());
        return addRow(content, slice);
    }

    /** Adds a slice whose extent has been given the reference. */
    private ContentId addRow(ContentId content, Slice slice) {
        ContentRow row = tx.content(content);
        if (row.slices().size() < ContentRow.MAX_OWN_SLICES) {
            List<Slice> slices = new ArrayList<>(row.slices());
            slices.add(slice);
            tx.put(content, row.with(slices));
            return content;
        }
        // the file's reference to the old content becomes the new one's reference to its beginning
        return add(new ContentRow(row.references(), Optional.of(content), row.lengthBytes(), row.sliceCount(),
                List.of(slice)));
    }

    /** A new content that is the beginning of another one; it has no reference yet. */
    private ContentId beginning(ContentId content, long lengthBytes) {
        ContentRow row = tx.content(content);
        while (row.beginning().isPresent() && row.beginningBytes() >= lengthBytes) {
            row = tx.content(row.beginning().get());
        }
        List<Slice> slices = new ArrayList<>();
        long left = lengthBytes - row.beginningBytes();
        for (Slice slice : row.slices()) {
            if (left <= 0) {
                break;
            }
            slices.add(slice.part(0, Math.min(left, slice.lengthBytes())));
            left -= slice.lengthBytes();
        }
        slices.forEach(slice -> references.take(slice.extent()));
        row.beginning().ifPresent(references::take);
        return add(row.referenced(0).with(slices));
    }

    private void setContent(NodeId file, ContentId content) {
        NodeRow row = tx.node(file);
        tx.put(file, row.with(new FileBody(content, tx.content(content).lengthBytes())));
    }

    private ContentId add(ContentRow row) {
        ContentId id = tx.nextContent();
        tx.put(id, row);
        tx.add(Counter.CONTENTS, 1);
        return id;
    }

    private static Optional<Slice> join(Slice first, Slice second) {
        if (!first.extent().equals(second.extent()) || first.endOffset() != second.offset()) {
            return Optional.empty();
        }
        OptionalInt crc = first.crc32c().isPresent() && second.crc32c().isPresent()
                ? OptionalInt.of(Crc32cMath.combine(first.crc32c().getAsInt(), second.crc32c().getAsInt(),
                        second.lengthBytes()))
                : OptionalInt.empty();
        return Optional.of(new Slice(first.extent(), first.offset(), first.lengthBytes() + second.lengthBytes(), crc));
    }
}
