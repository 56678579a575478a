package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.client.BatonClient;
import io.batonfs.model.AclEntry;
import io.batonfs.model.AclEntry.Scope;
import io.batonfs.model.AclEntry.Type;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.AclChange;
import io.batonfs.protocol.AclInfo;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.TokenLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Access control lists over a whole group: who reads, what is inherited, and what a restart finds. */
class AclTest {
    private static final byte[] BYTES = GroupUnderTest.random(10_000);
    private static final CreateOptions PRIVATE = new CreateOptions(true, true, 0666, 077, 1 << 20, 1);
    private static final AclEntry ANN = new AclEntry(Scope.ACCESS, Type.USER, "ann", 6);
    private static final AclEntry GROUP = new AclEntry(Scope.ACCESS, Type.GROUP, "", 0);

    @TempDir
    private Path directory;

    @Test
    void aNamedUserReadsWritesAndCopiesWhereDefaultEntriesLetHim() throws Exception {
        AclInfo inherited;
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient client = group.client();
                BatonClient ann = group.client("ann"); BatonClient ben = group.client("ben")) {
            client.mkdirs("/shared", 0700, 0, true);
            client.changeAcl("/shared", new AclChange(AclChange.Kind.MODIFY, List.of(
                    new AclEntry(Scope.ACCESS, Type.USER, "ann", 7), new AclEntry(Scope.DEFAULT, Type.USER, "ann", 6))));
            write(client, "/shared/f");
            inherited = client.acl("/shared/f");
            assertEquals(List.of(ANN, GROUP), inherited.entries());
            assertEquals(0660, inherited.mode());

            assertArrayEquals(BYTES, GroupUnderTest.read(ann, "/shared/f"));
            try (var out = ann.append("/shared/f")) {
                out.write(BYTES, 0, 1);
            }
            denied(() -> GroupUnderTest.read(ben, "/shared/f"));
            denied(() -> ben.checkAccess("/shared/f", 4));
            denied(() -> ann.changeAcl("/shared/f", new AclChange(AclChange.Kind.REMOVE, List.of())));

            copy(ann, "/shared/f", "/shared/copy");
            assertEquals(List.of(ANN, GROUP), ann.acl("/shared/copy").entries());
            assertEquals("ann", ann.acl("/shared/copy").owner());
        }
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient ann = group.client("ann");
                BatonClient ben = group.client("ben")) {
            assertEquals(inherited, ann.acl("/shared/f"));
            ann.checkAccess("/shared/f", 6);
            denied(() -> ben.checkAccess("/shared/f", 4));
        }
    }

    private static void write(BatonClient client, String path) throws IOException {
        try (var out = client.create(path, PRIVATE)) {
            out.write(BYTES, 0, BYTES.length);
        }
    }

    private static void copy(BatonClient client, String from, String to) throws IOException {
        OffloadReadResult token = client.offloadRead(List.of(new OffloadRead(from, Optional.empty(), 0, -1)),
                new TokenLimits(60_000, 60_000)).get(0);
        byte[] bytes = assertInstanceOf(OffloadReadResult.Granted.class, token).token();
        assertInstanceOf(OffloadWriteResult.Written.class,
                client.offloadWrite(List.of(new OffloadWrite(bytes, 0, -1, to, PRIVATE))).get(0));
    }

    private static void denied(Call call) {
        assertEquals(ErrorCode.PERMISSION_DENIED, assertThrows(BatonException.class, call::run).code());
    }

    private interface Call {
        void run() throws IOException;
    }
}
