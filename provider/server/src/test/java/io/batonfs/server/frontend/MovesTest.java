package io.batonfs.server.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Invocation;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A move that takes longer than its client waits is repeated while it runs. */
class MovesTest {
    private final UUID client = UUID.randomUUID();
    private final Invocation call = new Invocation(client, 1);
    private final Moves moves = new Moves();

    @Test
    void aRepetitionIsRefusedMeanwhileAndGetsTheFirstAnswerThen() throws BatonException {
        assertEquals(OptionalInt.empty(), moves.begin(call, "/f"));
        FrontendFixture.refused(ErrorCode.BUSY, () -> moves.begin(call, "/f"));
        assertEquals(OptionalInt.empty(), moves.begin(new Invocation(client, 2), "/f"), "another call");
        moves.end(call, OptionalInt.of(7));
        assertEquals(OptionalInt.of(7), moves.begin(call, "/f"));
    }

    @Test
    void oneThatFailedIsMadeAgain() throws BatonException {
        moves.begin(call, "/f");
        moves.end(call, OptionalInt.empty());
        assertEquals(OptionalInt.empty(), moves.begin(call, "/f"));
    }

    @Test
    void onlySoManyAnswersAreKept() throws BatonException {
        for (int i = 1; i <= Moves.KEPT + 1; i++) {
            moves.begin(new Invocation(client, i), "/f");
            moves.end(new Invocation(client, i), OptionalInt.of(i));
        }
        assertEquals(OptionalInt.empty(), moves.begin(call, "/f"), "the oldest one is forgotten");
        assertEquals(OptionalInt.of(Moves.KEPT + 1), moves.begin(new Invocation(client, Moves.KEPT + 1), "/f"));
    }
}
