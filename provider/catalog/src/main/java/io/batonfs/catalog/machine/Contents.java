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
        // a reference of its own from the beginning, which each row passes on to the next, and the last one gives up
        ContentId made = append(add(new ContentRow(1, Optional.empty(), 0, 0, List.of())), slices);
        tx.put(made, tx.content(made).referenced(0));
        return made;
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
            content = committed > 0 ? addRow(content, slice) : append(content, List.of(slice));
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
            content = append(content, SliceLists.all(tx, source));
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

    /** Appends slices to a private content; gives the content that takes over its place. Each row is written once. */
    private ContentId append(ContentId content, List<Slice> more) {
        ContentId at = content;
        ContentRow row = tx.content(at);
        List<Slice> own = new ArrayList<>(row.slices());
        for (Slice slice : more) {
            Optional<Slice> joined = own.isEmpty() ? Optional.empty() : join(own.get(own.size() - 1), slice);
            if (joined.isPresent()) {
                own.set(own.size() - 1, joined.get());
                continue;
            }
            references.take(slice.extent());
            if (own.size() == ContentRow.MAX_OWN_SLICES) {
                row = row.with(own);
                tx.put(at, row);
                row = following(at, row, slice);
                at = add(row);
                own = new ArrayList<>(row.slices());
            } else {
                own.add(slice);
            }
        }
        tx.put(at, row.with(own));
        return at;
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
        return add(following(content, row, slice));
    }

    /** The row after a full one: the file's reference to that becomes the new one's reference to its beginning. */
    private static ContentRow following(ContentId full, ContentRow row, Slice first) {
        return new ContentRow(row.references(), Optional.of(full), row.lengthBytes(), row.sliceCount(), List.of(first));
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
