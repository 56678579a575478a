package io.batonfs.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import io.batonfs.client.BatonClient;
import io.batonfs.model.Caller;
import io.batonfs.protocol.CreateOptions;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import org.apache.hadoop.fs.CreateFlag;
import org.junit.jupiter.api.Test;

/** Opening for writing while others make and delete the file. */
class CreateCallsTest {
    private static final CreateOptions NEW = new CreateOptions(false, true, 0644, 1 << 20, 1);
    private static final EnumSet<CreateFlag> APPEND_OR_CREATE = EnumSet.of(CreateFlag.CREATE, CreateFlag.APPEND);

    private final InMemoryClient group = new InMemoryClient(
            new InMemoryGroup(), new Caller("user", List.of("users"), true));
    private final BatonClient client = mock(BatonClient.class, delegatesTo(group));
    private final CreateCalls calls = new CreateCalls(new GroupCalls(URI.create("baton:///"), client, client));

    private void make(String path) throws IOException {
        try (var out = group.create(path, NEW)) {
            out.write(new byte[10], 0, 10);
        }
    }

    @Test
    void aFileThatIsMadeMeanwhileIsAppendedTo() throws IOException {
        doAnswer(call -> {
            make("/f");
            return group.create("/f", NEW);
        }).doAnswer(call -> group.create("/f", NEW)).when(client).create(any(), any());

        CreateCalls.Opened opened = calls.open("/f", APPEND_OR_CREATE, NEW);

        assertThat(opened.positionBytes()).isEqualTo(10);
        opened.stream().close();
    }

    @Test
    void aFileThatGoesMeanwhileIsMade() throws IOException {
        make("/f");
        doAnswer(call -> {
            group.delete("/f", false);
            return group.append("/f");
        }).when(client).append("/f");

        CreateCalls.Opened opened = calls.open("/f", APPEND_OR_CREATE, NEW);

        assertThat(opened.positionBytes()).isZero();
        opened.stream().close();
        verify(client, times(1)).append("/f");
    }

    @Test
    void withoutCreateWhatIsMissingStaysMissing() {
        assertThatThrownBy(() -> calls.open("/f", EnumSet.of(CreateFlag.APPEND), NEW))
                .isInstanceOf(FileNotFoundException.class);
        assertThatThrownBy(() -> calls.open("/f", EnumSet.of(CreateFlag.OVERWRITE), NEW))
                .isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void aParentThatIsMissingIsNotTriedAgain() throws IOException {
        CreateOptions alone = new CreateOptions(false, false, 0644, 1 << 20, 1);

        assertThatThrownBy(() -> calls.open("/missing/f", APPEND_OR_CREATE, alone))
                .isInstanceOf(FileNotFoundException.class);
        verify(client, times(1)).create(any(), any());
    }
}
