package io.batonfs.server.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Invocation;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.TokenLimits;
import io.batonfs.protocol.XattrChange;
import io.batonfs.server.rpc.CallOrigin;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AuditedCatalogTest {
    private static final UUID CLIENT = UUID.fromString("00000000-0000-0001-0000-000000000002");
    private static final CallContext ALICE =
            new CallContext(new Caller("alice", List.of("staff"), false), new Invocation(CLIENT, 7));
    private static final CreateOptions OPTIONS = new CreateOptions(false, false, 0666, 0026, 1 << 20, 1);
    private static final int FIELDS = 10;

    private final List<String> lines = new ArrayList<>();
    private final Map<String, Object> answers = new HashMap<>();
    private Optional<CallOrigin> origin = Optional.of(new CallOrigin("alice", Optional.empty(), "10.0.0.7"));

    /** A catalog that answers each call with what the test has put there, an exception too. */
    private CatalogService scripted() {
        return (CatalogService) Proxy.newProxyInstance(CatalogService.class.getClassLoader(),
                new Class<?>[] {CatalogService.class}, (proxy, method, arguments) -> {
                    Object answer = answers.get(method.getName());
                    if (answer instanceof Throwable failure) {
                        throw failure;
                    }
                    return answer != null ? answer : method.getReturnType() == boolean.class ? Boolean.TRUE
                            : method.getReturnType() == int.class ? Integer.valueOf(1) : null;
                });
    }

    private CatalogService audited() {
        return new AuditedCatalog(scripted(), () -> origin, lines::add);
    }

    private static BatonException denied() {
        return new BatonException(ErrorCode.PERMISSION_DENIED, "no");
    }

    @Test
    void aLineHasTheFieldsOfHdfsInTheirOrderAndOurs() throws Exception {
        audited().create(ALICE, "/a/b", OPTIONS);
        assertEquals("allowed=true\tugi=alice\tip=/10.0.0.7\tcmd=create\tsrc=/a/b\tdst=null\tperm=rw-r-----\tproto=rpc"
                + "\tcode=OK\tcall=" + AuditLine.fingerprint(CLIENT) + ":7", lines.get(0));
    }

    @Test
    void theClientIdByWhichLeasesAreHeldIsNotInTheLog() throws Exception {
        audited().create(ALICE, "/a/b", OPTIONS);
        assertFalse(lines.get(0).contains(CLIENT.toString()), lines.get(0));
        assertNotEquals(AuditLine.fingerprint(CLIENT), AuditLine.fingerprint(UUID.randomUUID()));
    }

    @Test
    void aRefusedCallCanNotFillTheLog() {
        answers.put("delete", new BatonException(ErrorCode.INVALID_ARGUMENT, "too long"));
        assertThrows(BatonException.class, () -> audited().delete(ALICE, "/" + "\n".repeat(1 << 20), true));
        assertTrue(lines.get(0).length() < 7 * AuditLine.MAX_CHARACTERS, "a line of " + lines.get(0).length());
        assertTrue(lines.get(0).contains("...(1048577 characters)\tdst=null"));
    }

    @Test
    void aProxyUserIsShownWithTheOneWhoIsLoggedIn() throws Exception {
        origin = Optional.of(new CallOrigin("alice", Optional.of("oozie"), "10.0.0.7"));
        audited().delete(ALICE, "/a", true);
        assertTrue(lines.get(0).contains("\tugi=alice via oozie\t"), lines.get(0));
    }

    @Test
    void aCallWithinTheProcessHasNoAddress() throws Exception {
        origin = Optional.empty();
        audited().delete(ALICE, "/a", true);
        assertTrue(lines.get(0).contains("ugi=alice\tip=-\t") && lines.get(0).contains("\tproto=local\t"), lines.get(0));
    }

    @Test
    void aDeniedCallIsWrittenDownWhateverItIs() {
        answers.put("status", denied());
        answers.put("rename", denied());
        assertThrows(BatonException.class, () -> audited().status(ALICE, "/secret"));
        answers.put("move", denied());
        assertThrows(BatonException.class, () -> audited().rename(ALICE, "/a", "/b", true));
        assertThrows(BatonException.class, () -> audited().move(ALICE, "/c", "/d"));
        assertEquals(3, lines.size());
        assertTrue(lines.get(2).contains("cmd=rename\tsrc=/c\tdst=/d"), lines.get(2));
        assertTrue(lines.get(0).startsWith("allowed=false") && lines.get(0).contains("code=PERMISSION_DENIED"));
        assertTrue(lines.get(1).contains("cmd=rename\tsrc=/a\tdst=/b"), lines.get(1));
    }

    @Test
    void aFailureThatIsNoDenialCountsAsAllowed() {
        answers.put("open", new BatonException(ErrorCode.NOT_FOUND, "not there"));
        answers.put("delete", new IllegalStateException("a fault of ours"));
        assertThrows(BatonException.class, () -> audited().open(ALICE, "/x"));
        assertThrows(IllegalStateException.class, () -> audited().delete(ALICE, "/x", true));
        assertTrue(lines.get(0).startsWith("allowed=true") && lines.get(0).contains("code=NOT_FOUND"), lines.get(0));
        assertTrue(lines.get(1).contains("code=INTERNAL"), lines.get(1));
    }

    @Test
    void lookingAroundIsNotWrittenDown() throws Exception {
        answers.put("status", Optional.empty());
        audited().status(ALICE, "/a");
        audited().list(ALICE, "/a", "", 10);
        audited().checkAccess(ALICE, "/a", 4);
        audited().renewLeases(ALICE);
        audited().groupStatus();
        assertEquals(List.of(), lines);
    }

    @Test
    void ownerAndModeAreShownAsHdfsDoes() throws Exception {
        audited().setAttributes(ALICE, "/a", AttributeChange.NONE.withOwner(Optional.of("bob"), Optional.of("staff")));
        audited().setAttributes(ALICE, "/a", AttributeChange.NONE.withMode(01777));
        assertTrue(lines.get(0).contains("cmd=setOwner\tsrc=/a\tdst=null\tperm=bob:staff:\t"), lines.get(0));
        assertTrue(lines.get(1).contains("cmd=setPermission\tsrc=/a\tdst=null\tperm=rwxrwxrwt\t"), lines.get(1));
    }

    @Test
    void noNameCanForgeAFieldOrALine() throws Exception {
        String hostile = "/a\tcmd=delete\nallowed=true\r\u2028\u202e\\u000a\u0000\udb40\udc41\ud83d\ude00";
        audited().rename(ALICE, hostile, hostile, false);
        audited().setAttributes(ALICE, "/a", AttributeChange.NONE.withOwner(Optional.of("x\ny\tz"), Optional.empty()));
        audited().setXattr(ALICE, "/a", "user.n\nm", new byte[0], XattrChange.CREATE);
        assertEquals(3, lines.size());
        for (String line : lines) {
            assertEquals(FIELDS, line.split("\t", -1).length, line);
            assertFalse(line.chars().anyMatch(c -> c != '\t' && (c < ' ' || c == 0x2028 || c == 0x202e)), line);
        }
        assertTrue(lines.get(0).contains(
                "src=/a\\u0009cmd=delete\\u000aallowed=true\\u000d\\u2028\\u202e\\u005cu000a\\u0000"
                + "\\udb40\\udc41\ud83d\ude00\t"), lines.get(0));
    }

    @Test
    void eachItemOfAnOffloadHasItsLineAndNoToken() throws Exception {
        byte[] token = "top-secret-token".getBytes(StandardCharsets.UTF_8);
        answers.put("offloadRead", List.of(new OffloadReadResult.Granted(token, 5),
                new OffloadReadResult.Refused(ErrorCode.PERMISSION_DENIED, "no")));
        audited().offloadRead(ALICE, List.of(new OffloadRead("/one", Optional.empty(), 0, -1),
                new OffloadRead("/two", Optional.empty(), 0, -1)), new TokenLimits(1, 1));
        audited().revokeToken(ALICE, token);
        assertEquals(3, lines.size());
        assertTrue(lines.get(0).contains("allowed=true") && lines.get(0).contains("src=/one"), lines.get(0));
        assertTrue(lines.get(1).contains("allowed=false") && lines.get(1).contains("src=/two"), lines.get(1));
        assertTrue(lines.stream().noneMatch(line -> line.contains("secret")), lines.toString());
    }

    /** So that a call which is added to the interface is not forgotten. */
    @Test
    void everyCallOfACallerIsWrittenDownWhenItIsDenied() {
        Set<String> silent = new TreeSet<>();
        int looked = 0;
        for (Method method : CatalogService.class.getMethods()) {
            if (method.getParameterCount() == 0 || method.getParameterTypes()[0] != CallContext.class) {
                continue;
            }
            looked++;
            answers.put(method.getName(), denied());
            lines.clear();
            InvocationTargetException thrown = assertThrows(InvocationTargetException.class,
                    () -> method.invoke(audited(), SomeArguments.of(method)));
            assertEquals(BatonException.class, thrown.getCause().getClass(), method + ": " + thrown.getCause());
            if (lines.isEmpty() || !lines.get(0).startsWith("allowed=false")) {
                silent.add(method.getName());
            }
        }
        assertEquals(Set.of(), silent);
        assertTrue(looked > 30, "calls looked at: " + looked);
    }
}
