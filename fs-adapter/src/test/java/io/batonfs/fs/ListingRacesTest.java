package io.batonfs.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import io.batonfs.client.BatonClient;
import io.batonfs.protocol.ListPage;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A listing shows what was there at one moment, on a real group. Another client's call runs as soon as the first page has
 * been fetched: that is as early as it can without being in the page, and before whatever the listing still asks.
 */
class ListingRacesTest {
    private static final Path A = new Path("/a");
    private static final Path X = new Path("/a/x");

    @FunctionalInterface
    private interface Meddling {
        void meddle() throws IOException;
    }

    @TempDir
    File temporary;

    private final Queue<Meddling> afterPages = new ArrayDeque<>();
    private ClientFactory before;
    private BatonFileSystem fs;
    private BatonFileSystem other;

    @BeforeEach
    void open() throws IOException {
        Configuration conf = new Configuration();
        conf.set("baton.embedded.dir", new File(temporary, "group").toString());
        conf.set("baton.embedded.device.bytes", Integer.toString(256 << 20));
        other = (BatonFileSystem) FileSystem.newInstance(URI.create("baton:///"), conf);
        ClientFactory[] real = new ClientFactory[1];
        before = BatonFileSystem.connectWith((authority, settings, caller) ->
                disturbed(real[0].connect(authority, settings, caller)));
        real[0] = before;
        fs = (BatonFileSystem) FileSystem.newInstance(URI.create("baton:///"), conf);
        write(X, 16);
        write(new Path("/a/b"), 3);
    }

    @AfterEach
    void close() throws IOException {
        BatonFileSystem.connectWith(before);
        fs.close();
        other.close();
    }

    private BatonClient disturbed(BatonClient client) throws IOException {
        BatonClient disturbed = mock(BatonClient.class, delegatesTo(client));
        doAnswer(call -> {
            ListPage page = client.list(call.getArgument(0), call.getArgument(1), call.getArgument(2));
            if (!afterPages.isEmpty()) {
                afterPages.remove().meddle();
            }
            return page;
        }).when(disturbed).list(any(), any(), anyInt());
        return disturbed;
    }

    private void write(Path path, int bytes) throws IOException {
        try (FSDataOutputStream out = fs.create(path)) {
            out.write(new byte[bytes]);
        }
    }

    private List<String> listed(Path path) throws IOException {
        List<String> listed = new ArrayList<>();
        for (FileStatus status : fs.listStatus(path)) {
            listed.add(status.getPath().toUri().getPath() + " " + (status.isDirectory() ? "/" : status.getLen()));
        }
        assertEquals(0, afterPages.size(), "what did not happen");
        return listed;
    }

    /** The clone's file is the one that was listed, with its id; it is not the only entry. */
    @Test
    void aFileThatItsOwnDirectoryIsClonedOverIsListedAsTheFileThatItWas() throws IOException {
        afterPages.add(() -> other.cloneTree(A, X, true));
        assertEquals(List.of("/a/x 16"), listed(X));
        assertEquals(List.of("/a/x/b 3", "/a/x/x 16"), listed(X));
    }

    @Test
    @SuppressWarnings("deprecation") // deprecated for users only: it is what FileContext calls
    void aFileThatIsMovedIntoADirectoryThatTakesItsPlaceIsListedAsTheFileThatItWas() throws IOException {
        write(new Path("/e/b"), 3);
        afterPages.add(() -> {
            other.rename(X, new Path("/e/x"), Options.Rename.NONE);
            other.rename(new Path("/e"), X, Options.Rename.NONE);
        });
        assertEquals(List.of("/a/x 16"), listed(X));
        assertEquals(List.of("/a/x/b 3", "/a/x/x 16"), listed(X));
    }

    /** Such a one has that name in it, and at that moment nothing else. */
    @Test
    void aDirectoryThatAFileInItIsClonedOverIsListedAsTheDirectoryThatItWas() throws IOException {
        Path inner = new Path("/d/x/x");
        write(inner, 16);
        afterPages.add(() -> other.cloneTree(inner, new Path("/d/x"), true));
        assertEquals(List.of("/d/x/x 16"), listed(new Path("/d/x")));
        assertEquals(List.of("/d/x 16"), listed(new Path("/d/x")));
    }

    @Test
    void aFileThatAnotherFileIsClonedOverIsListedWithTheLengthThatItHad() throws IOException {
        afterPages.add(() -> other.cloneTree(new Path("/a/b"), X, true));
        assertEquals(List.of("/a/x 16"), listed(X));
        assertEquals(List.of("/a/x 3"), listed(X));
    }
}
