package io.batonfs.server.audit;

import io.batonfs.model.Caller;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.FileKind;
import io.batonfs.model.Invocation;
import io.batonfs.model.LeaseId;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.AclChange;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.TokenLimits;
import io.batonfs.protocol.XattrChange;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Legal arguments for a call of the catalog, whichever it is. */
final class SomeArguments {
    private static final CreateOptions OPTIONS = new CreateOptions(false, false, 0666, 0, 1 << 20, 1);
    private static final FileInfo FILE = new FileInfo(FileId.of(0, 1), "name", FileKind.FILE, 0, "alice", "staff", 0644,
            0, 0, 1 << 20, 1, false, 0, false);

    private static final Map<Class<?>, Object> BY_TYPE = Map.ofEntries(
            Map.entry(CallContext.class,
                    new CallContext(new Caller("alice", List.of(), false), new Invocation(new UUID(1, 2), 3))),
            Map.entry(String.class, "/path"), Map.entry(int.class, 1), Map.entry(long.class, 1L),
            Map.entry(boolean.class, true), Map.entry(byte[].class, new byte[512]), Map.entry(CreateOptions.class, OPTIONS),
            Map.entry(AttributeChange.class, AttributeChange.NONE),
            Map.entry(AclChange.class, new AclChange(AclChange.Kind.SET, List.of())), Map.entry(FileInfo.class, FILE),
            Map.entry(FileId.class, FileId.of(0, 1)), Map.entry(LeaseId.class, LeaseId.of(0, 1)),
            Map.entry(ServerId.class, new ServerId(1)), Map.entry(XattrChange.class, XattrChange.CREATE),
            Map.entry(TokenLimits.class, new TokenLimits(1, 1)));

    private SomeArguments() {
    }

    static Object[] of(Method method) {
        return Stream.of(method.getParameterTypes())
                .map(type -> type == List.class ? list(method.getName()) : BY_TYPE.get(type)).toArray();
    }

    private static List<?> list(String call) {
        return switch (call) {
            case "offloadRead" -> List.of(new OffloadRead("/path", Optional.empty(), 0, -1));
            case "offloadWrite" -> List.of(new OffloadWrite(new byte[512], 0, -1, "/path", OPTIONS));
            default -> List.of("/path");
        };
    }
}
