package io.batonfs.server.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CheckPart;
import io.batonfs.protocol.CheckService;
import io.batonfs.protocol.CheckStanding;
import io.batonfs.protocol.ScrubStanding;
import io.batonfs.protocol.rpc.CheckControl;
import io.batonfs.protocol.rpc.CheckServices;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Calls about checks arrive as they were made, and answers as they were given, over a real port. */
class CheckRoundTripTest {
    private static Rig rig;
    private static CheckServices client;

    @BeforeAll
    static void open() throws IOException {
        rig = new Rig();
        client = rig.checks("alice");
    }

    @AfterAll
    static void close() {
        client.close();
        rig.close();
    }

    private static void assertAsked(String method, CallContext context, Object... arguments) {
        assertEquals(method, rig.checks.last().method());
        assertEquals(List.of(arguments), rig.checks.last().arguments());
        assertEquals(context.invocation(), rig.checks.last().context().invocation());
        assertEquals("alice", rig.checks.last().context().caller().user());
    }

    @Test
    void standings() throws IOException {
        CheckStanding.Totals totals = new CheckStanding.Totals(
                new GroupId(new UUID(-5, 7)), true, false, Long.MAX_VALUE, 1, 2, 3, 4);
        for (CheckStanding standing : List.of(
                new CheckStanding(CheckStanding.State.RUNNING, "r\u00e4ding", Optional.empty()),
                new CheckStanding(CheckStanding.State.FAILED, "", Optional.empty()),
                new CheckStanding(CheckStanding.State.DONE, "", Optional.of(totals)))) {
            rig.checks.answer(asked -> standing);
            CallContext context = Rig.context();
            List<String> paths = List.of("/", "/n\u00e4\ud83d\ude00");
            assertEquals(standing, client.checks().beginCheck(context, paths));
            assertAsked("beginCheck", context, paths);
            assertEquals(standing, client.checks().beginCheck(context, List.of()));
            assertAsked("beginCheck", context, List.of());
            assertEquals(standing, client.checks().checkStanding(context));
            assertAsked("checkStanding", context);
        }
    }

    @Test
    void parts() throws IOException {
        CheckPart part = new CheckPart(List.of(new CheckPart.Problem("w\u00f6rse"),
                new CheckPart.Lost(new ServerId(65535), "fast@2", VolumeId.of(3, 9), Long.MAX_VALUE, ExtentId.of(2, 11), 1,
                        Long.MAX_VALUE, "gone", Long.MAX_VALUE),
                new CheckPart.Place("/\u65e5", Long.MAX_VALUE, 1),
                new CheckPart.Lost(new ServerId(1), "", VolumeId.of(0, 1), 0, ExtentId.of(0, 1), 0, 0, "", 0)), false);
        for (CheckPart answer : List.of(part, new CheckPart(List.of(), true))) {
            rig.checks.answer(asked -> answer);
            CallContext context = Rig.context();
            assertEquals(answer, client.checks().checkPart(context, Integer.MAX_VALUE));
            assertAsked("checkPart", context, Integer.MAX_VALUE);
        }
    }

    @Test
    void scrubsAndTheEnd() throws IOException {
        List<ScrubStanding> sets = List.of(
                new ScrubStanding(new ServerId(1), 1, "", true, Long.MAX_VALUE - 1, true, "f\u00fcll", 100, Long.MAX_VALUE, 5, true),
                new ScrubStanding(new ServerId(65535), 16, "off", false, 0, false, "", 0, 0, 0, false));
        CallContext context = Rig.context();
        rig.checks.answer(asked -> sets);
        assertEquals(sets, client.checks().scrubStandings(context));
        assertAsked("scrubStandings", context);
        rig.checks.answer(asked -> null);
        client.checks().endCheck(context);
        assertAsked("endCheck", context);
        rig.checks.answer(asked -> {
            throw new BatonException(ErrorCode.BUSY, "another");
        });
        BatonException refused = assertThrows(BatonException.class, () -> client.checks().beginCheck(context, List.of()));
        assertEquals(ErrorCode.BUSY, refused.code());
        assertEquals("another", refused.getMessage());
    }

    @Test
    void callsAndRpcsHaveTheSameNames() {
        assertEquals(methods(CheckService.class), methods(CheckControl.class));
    }

    private static TreeSet<String> methods(Class<?> service) {
        return Arrays.stream(service.getMethods()).map(method -> method.getName())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
