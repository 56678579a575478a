package io.batonfs.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import io.batonfs.client.BatonClient;
import io.batonfs.model.Caller;
import io.batonfs.protocol.CreateOptions;
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

/** What others do between a listing and the question whether it was that of a file. */
class PagedListingTest {
    private static final URI ROOT = URI.create("baton:///");

    @FunctionalInterface
    private interface Meddling {
        void meddle() throws IOException;
    }

    private final InMemoryClient group = new InMemoryClient(
            new InMemoryGroup(), new Caller("user", List.of("users"), true));
    private final BatonClient client = mock(BatonClient.class, delegatesTo(group));
    /** What happens before each question for a status. */
    private final Queue<Meddling> meddlers = new ArrayDeque<>();

    @BeforeEach
    void makeFile() throws IOException {
        make("/d/a");
        doAnswer(call -> {
            if (!meddlers.isEmpty()) {
                meddlers.remove().meddle();
            }
            return group.status(call.getArgument(0));
        }).when(client).status(any());
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
        assertThat(meddlers).as("what did not happen").isEmpty();
        return paths;
    }

    @Test
    void aFileIsItsOwnOnlyEntry() throws IOException {
        assertThat(listed()).containsExactly("/d/a");
    }

    @Test
    void aFileInADirectoryOfItsNameIsBelowIt() throws IOException {
        group.delete("/d/a", false);
        make("/d/a/a");
        assertThat(listed()).containsExactly("/d/a/a");
    }

    @Test
    void aFileThatAnotherOneReplacesIsAFileStill() throws IOException {
        meddlers.add(() -> {
            group.delete("/d/a", false);
            make("/d/a");
        });
        assertThat(listed()).containsExactly("/d/a");
    }

    @Test
    void aFileThatADirectoryReplacesIsNotShownBelowIt() throws IOException {
        meddlers.add(() -> {
            group.delete("/d/a", false);
            make("/d/a/x");
            make("/d/a/y");
        });
        assertThat(listed()).containsExactly("/d/a/x", "/d/a/y");
    }

    @Test
    void aDirectoryThatAFileReplacesIsThatFile() throws IOException {
        group.delete("/d/a", false);
        make("/d/a/a");
        meddlers.add(() -> {
            group.delete("/d/a", true);
            make("/d/a");
        });
        assertThat(listed()).containsExactly("/d/a");
    }

    @Test
    void aFileThatIsDeletedIsNotThere() {
        meddlers.add(() -> group.delete("/d/a", false));
        assertThatThrownBy(this::listed).isInstanceOf(FileNotFoundException.class).hasMessageContaining("/d/a");
    }
}
