package io.batonfs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A copy that did not keep Baton's promise must not pass for one that did. */
class PromisesTest {
    private static final SourceTree TREE = new SourceTree(List.of(
            new SourceFile("a", Path.of("a"), 100, "", false), new SourceFile("empty", Path.of("empty"), 0, "", false)),
            List.of());

    @Test
    void offloadedMeansNoByteAndEveryFile() {
        assertThat(Promises.offloaded(TREE).broken(figures(0, 0, 1, 100, 0))).isEmpty();
        assertThat(Promises.offloaded(TREE).broken(figures(0, 0, 2, 100, 0))).isEmpty();
        assertThat(Promises.offloaded(TREE).broken(figures(1, 0, 2, 100, 0))).hasSize(1);
        assertThat(Promises.offloaded(TREE).broken(figures(0, 1, 2, 100, 0))).hasSize(1);
        assertThat(Promises.offloaded(TREE).broken(figures(0, 0, 2, 99, 0))).hasSize(1);
        assertThat(Promises.offloaded(TREE).broken(figures(0, 0, 2, 100, 1))).hasSize(1);
        assertThat(Promises.offloaded(TREE).broken(figures(100, 200, 0, 0, 1))).hasSize(4);
    }

    @Test
    void streamedMeansEveryByteOnce() {
        assertThat(Promises.streamed(100).broken(figures(100, 100, 0, 0, 0))).isEmpty();
        assertThat(Promises.streamed(100).broken(figures(200, 100, 0, 0, 0))).hasSize(1);
        assertThat(Promises.streamed(100).broken(figures(0, 0, 1, 100, 0))).hasSize(1);
        assertThat(Promises.streamed(100).broken(figures(100, 100, 0, 0, 1))).hasSize(1);
    }

    @Test
    void cloneIsOneCopy() {
        assertThat(Promises.cloned().broken(figures(0, 0, 1, 0, 0))).isEmpty();
        assertThat(Promises.cloned().broken(figures(0, 0, 0, 0, 0))).hasSize(1);
        assertThat(Promises.cloned().broken(figures(100, 100, 1, 0, 0))).hasSize(1);
    }

    @Test
    void updateMovesNothing() {
        assertThat(Promises.noClientBytes().broken(figures(0, 0, 0, 0, 0))).isEmpty();
        assertThat(Promises.noClientBytes().broken(figures(5, 0, 0, 0, 0))).hasSize(1);
    }

    private static ClientFigures figures(long client, long lwio, long copies, long bytes, long fallbacks) {
        return new ClientFigures(client, lwio, copies, bytes, fallbacks);
    }
}
