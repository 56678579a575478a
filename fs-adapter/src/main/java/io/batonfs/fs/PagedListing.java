package io.batonfs.fs;

import io.batonfs.model.FileInfo;
import io.batonfs.model.FileKind;
import io.batonfs.protocol.ListPage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * A directory's entries, or a file by itself, a page at a time: at most {@link #PAGE_ENTRIES} statuses are held. One
 * thread. Entries that come or go meanwhile may be seen or not; all others are seen once. Which of the two was listed
 * the page says; asked later, the path may be something else.
 */
final class PagedListing implements RemoteIterator<FileStatus> {
    /** As many as HDFS hands out in one reply: about 200 bytes each, so 200 KB a page. */
    static final int PAGE_ENTRIES = 1000;

    private final GroupCalls group;
    private final String path;
    private final Path qualified;
    private final Queue<FileInfo> page = new ArrayDeque<>();
    private String cursor = "";
    private boolean more = true;

    /** Whether what is listed is a file, which is its own only entry. */
    private final boolean ofFile;
    private final ChildPaths children;

    /** Fetches the first page, so that a directory that isn't there is noticed at once. */
    PagedListing(GroupCalls group, String path, Path qualified) throws IOException {
        this.group = group;
        this.path = path;
        this.qualified = qualified;
        ListPage first = fetch();
        take(first);
        ofFile = first.of().isPresent() ? isOfFile(first) : seemsOfFile();
        children = new ChildPaths(qualified);
    }

    private static boolean isOfFile(ListPage page) {
        return page.of().equals(Optional.of(FileKind.FILE));
    }

    /**
     * The same of servers that don't say it, as well as it can be found out by asking again: a file that was moved or
     * cloned into a directory that has taken its place since is taken for the directory's only entry.
     */
    private boolean seemsOfFile() throws IOException {
        Optional<Boolean> itself = isItself();
        while (itself.isEmpty()) {
            page.clear();
            cursor = "";
            take(fetch());
            itself = isItself();
        }
        return itself.get();
    }

    /**
     * Whether the first page is that of a file. A file in a directory of its name looks the same; then more is asked.
     * Empty if neither is so any more, because the path was changed meanwhile: then it has to be listed again.
     */
    private Optional<Boolean> isItself() throws IOException {
        if (page.size() != 1 || page.element().isDirectory() || !page.element().name().equals(qualified.getName())) {
            return Optional.of(false);
        }
        if (isAt(path)) {
            return Optional.of(true);
        }
        return isAt(path + "/" + qualified.getName()) ? Optional.of(false) : Optional.empty();
    }

    /** Whether the only entry of the page is the file at a path; not if the path leads through a file. */
    private boolean isAt(String where) throws IOException {
        try {
            return group.read(where, client -> client.status(where))
                    .filter(info -> info.fileId().equals(page.element().fileId())).isPresent();
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    @Override
    public boolean hasNext() throws IOException {
        while (page.isEmpty() && more) {
            ListPage next = fetch();
            if (isOfFile(next)) {
                throw new FileNotFoundException("directory " + path + " does not exist any more: a file has taken "
                        + "its place while it was listed; list it again");
            }
            take(next);
        }
        return !page.isEmpty();
    }

    @Override
    public FileStatus next() throws IOException {
        if (!hasNext()) {
            throw new NoSuchElementException("the listing of " + qualified + " is at its end");
        }
        FileInfo info = page.remove();
        return new BatonFileStatus(info, ofFile ? qualified : children.of(info.name()));
    }

    /** What is left, all at once. */
    FileStatus[] toArray() throws IOException {
        List<FileStatus> all = new ArrayList<>();
        while (hasNext()) {
            all.add(next());
        }
        return all.toArray(new FileStatus[0]);
    }

    private ListPage fetch() throws IOException {
        return group.read(path, client -> client.list(path, cursor, PAGE_ENTRIES));
    }

    private void take(ListPage fetched) {
        Iterator<FileInfo> entries = fetched.entries().iterator();
        while (entries.hasNext()) {
            FileInfo info = entries.next();
            page.add(info);
            cursor = info.name();
        }
        more = fetched.more();
    }
}
