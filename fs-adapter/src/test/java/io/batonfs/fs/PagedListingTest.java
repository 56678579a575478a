package io.batonfs.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import io.batonfs.client.BatonClient;
import io.batonfs.model.Caller;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.ListPage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What others do to a path between the calls of its listing. */
class PagedListingTest {
    private static final URI ROOT = URI.create("baton:///");

    @FunctionalInterface
    private interface Meddling {
        void meddle() throws IOException;
    }

    private final InMemoryClient group = new InMemoryClient(
            new InMemoryGroup(), new Caller("user", List.of("users"), true));
    private final BatonClient client = mock(BatonClient.class, delegatesTo(group));
    /** What happens after each page that was fetched. */
    private final Queue<Meddling> afterPages = new ArrayDeque<>();
    /** What happens before each question for a status. */
    private final Queue<Meddling> beforeStatuses = new ArrayDeque<>();

    @BeforeEach
    void makeFile() throws IOException {
        make("/d/a");
        doAnswer(call -> {
            ListPage page = group.list(call.getArgument(0), call.getArgument(1), call.getArgument(2));
            meddle(afterPages);
            return page;
        }).when(client).list(any(), any(), anyInt());
        doAnswer(call -> {
            meddle(beforeStatuses);
            return group.status(call.getArgument(0));
        }).when(client).status(any());
    }

    private static void meddle(Queue<Meddling> meddlers) throws IOException {
        if (!meddlers.isEmpty()) {
            meddlers.remove().meddle();
        }
    }

    private void make(String path) throws IOException {
        group.create(path, new CreateOptions(false, true, 0644, 1 << 27, 1)).close();
    }

    private List<String> listed() throws IOException {
        PagedListing listing = new PagedListing(
                new GroupCalls(ROOT, client, this), "/d/a", new Path("/d/a").makeQualified(ROOT, new Path("/")));
        List<String> paths = new ArrayList<>();
        for (FileStatus status : listing.toArray()) {
            paths.add(status.getPath().toUri().getPath());
        }
        assertThat(afterPages).as("what did not happen").isEmpty();
        assertThat(beforeStatuses).as("what did not happen").isEmpty();
        return paths;
    }

    @Test
    void aFileIsItsOwnOnlyEntry() throws IOException {
        assertThat(listed()).containsExactly("/d/a");
        verify(client, never()).status(any());
    }

    @Test
    void aFileInADirectoryOfItsNameIsBelowIt() throws IOException {
        group.delete("/d/a", false);
        make("/d/a/a");
        assertThat(listed()).containsExactly("/d/a/a");
        verify(client, never()).status(any());
    }

    /** The file stays itself; as the only entry of the directory it would be there at no moment. */
    @Test
    void aFileThatIsMovedIntoADirectoryThatTakesItsPlaceIsShownWhereItWas() throws IOException {
        make("/e/b");
        afterPages.add(() -> {
            group.rename("/d/a", "/e/a", false);
            group.rename("/e", "/d/a", false);
        });
        assertThat(listed()).containsExactly("/d/a");
        assertThat(listed()).containsExactly("/d/a/a", "/d/a/b");
    }

    @Test
    void aFileThatTakesThePlaceOfItsDirectoryIsShownWhereItWas() throws IOException {
        group.delete("/d/a", false);
        make("/d/a/a");
        afterPages.add(() -> {
            group.rename("/d/a/a", "/a", false);
            group.delete("/d/a", true);
            group.rename("/a", "/d/a", false);
        });
        assertThat(listed()).containsExactly("/d/a/a");
        assertThat(listed()).containsExactly("/d/a");
    }

    @Test
    void aFileThatTakesThePlaceOfADirectoryBetweenPagesIsNoEntryOfIt() throws IOException {
        group.delete("/d/a", false);
        for (int i = 0; i <= PagedListing.PAGE_ENTRIES; i++) {
            make("/d/a/" + i);
        }
        afterPages.add(() -> {
            group.delete("/d/a", true);
            make("/d/a");
        });
        assertThatThrownBy(this::listed).isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("/d/a does not exist any more");
    }

    /** Such a server is asked what is there now, if its page may be that of a file as well as that of a directory. */
    private void talkToAServerThatDoesNotSayWhatWasListed() throws IOException {
        doAnswer(call -> {
            ListPage page = group.list(call.getArgument(0), call.getArgument(1), call.getArgument(2));
            return ListPage.ofUnknown(page.entries(), page.more());
        }).when(client).list(any(), any(), anyInt());
    }

    @Test
    void ofAnOlderServerAFileIsItsOwnOnlyEntry() throws IOException {
        talkToAServerThatDoesNotSayWhatWasListed();
        assertThat(listed()).containsExactly("/d/a");
        verify(client).status(any());
    }

    @Test
    void ofAnOlderServerAFileInADirectoryOfItsNameIsBelowIt() throws IOException {
        talkToAServerThatDoesNotSayWhatWasListed();
        group.delete("/d/a", false);
        make("/d/a/a");
        assertThat(listed()).containsExactly("/d/a/a");
    }

    @Test
    void ofAnOlderServerAFileThatAnotherOneReplacesIsAFileStill() throws IOException {
        talkToAServerThatDoesNotSayWhatWasListed();
        beforeStatuses.add(() -> {
            group.delete("/d/a", false);
            make("/d/a");
        });
        assertThat(listed()).containsExactly("/d/a");
    }

    @Test
    void ofAnOlderServerAFileThatADirectoryReplacesIsNotShownBelowIt() throws IOException {
        talkToAServerThatDoesNotSayWhatWasListed();
        beforeStatuses.add(() -> {
            group.delete("/d/a", false);
            make("/d/a/x");
            make("/d/a/y");
        });
        assertThat(listed()).containsExactly("/d/a/x", "/d/a/y");
    }

    @Test
    void ofAnOlderServerADirectoryThatAFileReplacesIsThatFile() throws IOException {
        talkToAServerThatDoesNotSayWhatWasListed();
        group.delete("/d/a", false);
        make("/d/a/a");
        beforeStatuses.add(() -> {
            group.delete("/d/a", true);
            make("/d/a");
        });
        assertThat(listed()).containsExactly("/d/a");
    }

    @Test
    void ofAnOlderServerAFileThatIsDeletedIsNotThere() throws IOException {
        talkToAServerThatDoesNotSayWhatWasListed();
        beforeStatuses.add(() -> group.delete("/d/a", false));
        assertThatThrownBy(this::listed).isInstanceOf(FileNotFoundException.class).hasMessageContaining("/d/a");
    }
}
