package io.batonfs.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import io.batonfs.client.BatonClient;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.protocol.CreateOptions;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What others do between the look at the destination and the rename. */
class RenameOperationTest {
    @FunctionalInterface
    private interface Meddling {
        void meddle() throws IOException;
    }

    private final InMemoryClient group = new InMemoryClient(
            new InMemoryGroup(), new Caller("user", List.of("users"), true));
    private final BatonClient client = mock(BatonClient.class, delegatesTo(group));
    /** What happens before each rename. */
    private final Queue<Meddling> meddlers = new ArrayDeque<>();

    @BeforeEach
    void makeSource() throws IOException {
        make("/source");
        doAnswer(call -> {
            if (!meddlers.isEmpty()) {
                meddlers.remove().meddle();
            }
            group.rename(call.getArgument(0), call.getArgument(1), call.getArgument(2));
            return null;
        }).when(client).rename(any(), any(), anyBoolean());
    }

    @Test
    void destinationThatBecomesADirectoryIsRenamedInto() throws IOException {
        meddlers.add(() -> group.mkdirs("/destination", 0755, true));
        assertThat(rename()).isTrue();
        assertThat(group.status("/destination/source")).isPresent();
        assertThat(group.status("/source")).isEmpty();
    }

    @Test
    void directoryThatGoesLeavesItsName() throws IOException {
        group.mkdirs("/destination", 0755, true);
        meddlers.add(() -> group.delete("/destination", true));
        assertThat(rename()).isTrue();
        assertThat(group.status("/destination").orElseThrow().isDirectory()).isFalse();
    }

    @Test
    void directoryThatBecomesAFileIsInTheWay() throws IOException {
        group.mkdirs("/destination", 0755, true);
        meddlers.add(() -> {
            group.delete("/destination", true);
            make("/destination");
        });
        assertThat(rename()).isFalse();
        assertThat(group.status("/source")).isPresent();
    }

    @Test
    void fileThatIsInTheWayOnlyForTheMomentIsNot() throws IOException {
        meddlers.add(() -> make("/destination"));
        doAnswer(call -> {
            if (group.status("/destination").isPresent() && meddlers.isEmpty()) {
                group.delete("/destination", false);
            }
            return group.status(call.getArgument(0));
        }).when(client).status("/destination");
        assertThat(rename()).isTrue();
    }

    @Test
    void sourceThatIsGoneIsNotRenamed() throws IOException {
        group.mkdirs("/destination", 0755, true);
        meddlers.add(() -> group.delete("/source", false));
        assertThat(rename()).isFalse();
    }

    @Test
    void directoryOntoItselfIsRefusedAlsoWhenItGoes() throws IOException {
        group.mkdirs("/destination", 0755, true);
        doAnswer(call -> {
            var seen = group.status("/destination");
            group.delete("/destination", true);
            return seen;
        }).when(client).status("/destination");
        assertThat(new RenameOperation(client).rename("/destination", "/destination")).isFalse();
    }

    @Test
    void endlessChangeIsSaidSo() {
        for (int i = 0; i < 1000; i++) {
            meddlers.add(i % 2 == 0
                    ? () -> group.mkdirs("/destination", 0755, true)
                    : () -> group.delete("/destination", true));
        }
        assertThatThrownBy(this::rename).isInstanceOf(BatonException.class).hasMessageContaining("/destination");
    }

    private boolean rename() throws IOException {
        return new RenameOperation(client).rename("/source", "/destination");
    }

    private void make(String path) throws IOException {
        group.create(path, new CreateOptions(false, true, 0644, 1 << 27, 1)).close();
    }
}
