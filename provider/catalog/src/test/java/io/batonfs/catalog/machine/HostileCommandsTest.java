package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ALICE;
import static io.batonfs.catalog.machine.CatalogFixture.EVE;
import static io.batonfs.catalog.machine.CatalogFixture.ON_S1;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static io.batonfs.catalog.machine.CatalogFixture.evidence;
import static org.junit.jupiter.api.Assertions.fail;

import io.batonfs.catalog.AclOperation;
import io.batonfs.catalog.AttributeSet;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.FileOptions;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.TokenRequest;
import io.batonfs.catalog.TokenUse;
import io.batonfs.catalog.XattrCondition;
import io.batonfs.model.AclEntry;
import io.batonfs.model.Caller;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.LeaseId;
import io.batonfs.model.TokenId;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever a client may put into a command is done or refused: a command that cannot be applied stops the catalog, and
 * again at each start, since it stands in the log. Strings are well formed, as they are after protobuf.
 */
class HostileCommandsTest {
    private static final int COMMANDS = 1500;
    private static final String FACE = "\ud83d\ude00";
    private static final String[] NAMES = {"a", "b", "c", "", ".", "..", ".snapshot", "s", " ", "\0", "\n\t", "\ufeff",
        "\uffff", FACE, "n".repeat(255), "n".repeat(256), FACE.repeat(63), FACE.repeat(64), "x" + FACE.repeat(64),
        "xx" + FACE.repeat(64), "xxx" + FACE.repeat(64), "user.a", "trusted." + FACE.repeat(63), "USER.", "raw.x"};
    private static final long[] LONGS = {0, 1, -1, 2, 7, 512, 4096, Integer.MAX_VALUE, Integer.MIN_VALUE,
        Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 1, 1L << 47, 1L << 32};
    private static final int[] INTS = {0, 1, -1, 2, 0777, 01777, 02000, 0644, 512, 513, 65536, Integer.MAX_VALUE,
        Integer.MIN_VALUE};

    private final CatalogFixture c = new CatalogFixture();
    private final List<Supplier<Command>> kinds = List.of(
            () -> new Command.Mkdirs(path(), integer(), integer(), flag()),
            () -> new Command.Mkdirs(path(), 0777, 0, true),
            () -> new Command.Create(path(), options(), ON_S1),
            () -> new Command.Create(path(), CatalogFixture.OVERWRITE, ON_S1),
            () -> new Command.Append(path(), ON_S1),
            () -> new Command.NextExtent(file(), lease(), length(), ON_S1),
            () -> new Command.CloseFile(file(), lease(), length()),
            () -> new Command.RenewLeases(c.client),
            () -> new Command.StartRecovery(file(), flag()),
            () -> new Command.Rename(path(), path(), flag()),
            () -> new Command.Move(path(), path()),
            () -> new Command.Delete(path(), flag()),
            () -> new Command.SetAttributes(path(), attributes()),
            () -> new Command.SetXattr(path(), name(), new byte[bytes()], one(XattrCondition.values())),
            () -> new Command.RemoveXattr(path(), name()),
            () -> new Command.TrackFile(path()),
            () -> new Command.ChangeAcl(path(), one(AclOperation.values()), entries()),
            () -> new Command.Truncate(path(), number()),
            () -> new Command.Concat(path(), List.of(path(), path())),
            () -> new Command.OffloadRead(List.of(tokenRequest(), tokenRequest()), number(), number(),
                    c.report("/")),
            () -> new Command.OffloadRead(List.of(tokenRequest()), 1000, 1000, c.report("/")),
            () -> new Command.OffloadWrite(List.of(tokenUse(), tokenUse())),
            () -> new Command.RevokeToken(token(), flag() ? Optional.empty() : Optional.of(evidence(1))),
            () -> new Command.Clone(path(), path(), flag(), c.report("/")),
            () -> new Command.CreateSnapshot(path(), name(), c.report("/")),
            () -> new Command.DeleteSnapshot(path(), name()),
            () -> new Command.Housekeep(1 + random().nextInt(20)));
    private final List<Reply.WriteGranted> grants = new ArrayList<>();
    private final List<TokenId> tokens = new ArrayList<>();
    private Random random;

    private Random random() {
        return random;
    }

    private boolean flag() {
        return random.nextBoolean();
    }

    private <T> T one(T[] of) {
        return of[random.nextInt(of.length)];
    }

    private String name() {
        // Mostly few names, so that commands meet what others have made.
        return random.nextInt(3) > 0 ? NAMES[random.nextInt(3)] : one(NAMES);
    }

    private String path() {
        int kind = random.nextInt(60);
        if (kind == 0) {
            return name();
        }
        if (kind == 1) {
            return ("/" + name()).repeat(1 + random.nextInt(4000));
        }
        StringBuilder path = new StringBuilder();
        for (int depth = random.nextInt(4); depth >= 0; depth--) {
            path.append('/').append(name());
        }
        return path.toString();
    }

    private long number() {
        return random.nextBoolean() ? random.nextInt(20) : LONGS[random.nextInt(LONGS.length)];
    }

    private int integer() {
        return INTS[random.nextInt(INTS.length)];
    }

    private int bytes() {
        return random.nextInt(10) == 0 ? random.nextInt(40_000) : random.nextInt(10);
    }

    private FileOptions options() {
        return new FileOptions(flag(), flag(), integer(), integer(), number(), integer());
    }

    private AttributeSet attributes() {
        return new AttributeSet(flag() ? OptionalInt.of(integer()) : OptionalInt.empty(),
                random.nextInt(4) == 0 ? Optional.of(name()) : Optional.empty(),
                random.nextInt(4) == 0 ? Optional.of(name()) : Optional.empty(),
                flag() ? OptionalLong.of(number()) : OptionalLong.empty(),
                flag() ? OptionalLong.of(number()) : OptionalLong.empty(),
                random.nextInt(4) == 0 ? OptionalInt.of(integer()) : OptionalInt.empty(),
                flag() ? Optional.of(name()) : Optional.empty());
    }

    private List<AclEntry> entries() {
        List<AclEntry> entries = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            entries.add(new AclEntry(one(AclEntry.Scope.values()), one(AclEntry.Type.values()), flag() ? "" : name(),
                    random.nextInt(8)));
        }
        return entries;
    }

    private Optional<Reply.WriteGranted> grant() {
        return grants.isEmpty() ? Optional.empty() : Optional.of(grants.get(random.nextInt(grants.size())));
    }

    private FileId file() {
        return grant().filter(any -> flag()).map(Reply.WriteGranted::file).orElse(FileId.of(0, 1 + random.nextInt(99)));
    }

    private LeaseId lease() {
        return grant().filter(any -> flag()).map(Reply.WriteGranted::lease)
                .orElse(LeaseId.of(0, 1 + random.nextInt(99)));
    }

    private ExtentLength length() {
        long bytes = Math.max(0, number());
        return new ExtentLength(flag() ? grant().map(grant -> grant.extent().id()).orElse(ExtentId.of(0, 1))
                : ExtentId.of(0, 1 + random.nextInt(99)), bytes, random.nextInt());
    }

    private TokenId token() {
        return tokens.isEmpty() || random.nextInt(4) == 0 ? TokenId.of(0, 1 + random.nextInt(99))
                : tokens.get(random.nextInt(tokens.size()));
    }

    private TokenRequest tokenRequest() {
        Optional<FileId> expected = flag() ? Optional.empty() : Optional.of(file());
        return new TokenRequest(path(), expected, number(), number(), evidence(1));
    }

    private TokenUse tokenUse() {
        return new TokenUse(token(), evidence(random.nextInt(5) == 0 ? 2 : 1), number(), number(), path(), options());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void noCommandStopsTheMachine(long seed) {
        random = new Random(seed);
        Caller[] callers = {ROOT, ROOT, ALICE, EVE};
        for (int i = 0; i < COMMANDS; i++) {
            Command command = kinds.get(random.nextInt(kinds.size())).get();
            Reply reply;
            try {
                reply = c.run(one(callers), command);
            } catch (RuntimeException | AssertionError e) {
                fail("seed " + seed + ", command " + i + ": " + command.getClass().getSimpleName(), e);
                return;
            }
            if (reply instanceof Reply.WriteGranted granted) {
                grants.add(granted);
                c.bytes.put(granted.extent().id().value(), new ByteArrayOutputStream());
            } else if (reply instanceof Reply.TokensMade made) {
                made.outcomes().forEach(outcome -> {
                    if (outcome instanceof Reply.TokenMade one) {
                        tokens.add(one.token());
                    }
                });
            }
            c.now += random.nextInt(2000);
            if (i % 100 == 99) {
                c.audit(false);
            }
        }
        c.audit(false);
        c.settle();
        c.close();
    }
}
