package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client has returned goes back, all of it and no more, whenever its receives come to be free. */
@Timeout(60)
class ServerCreditsTest {
    private final ServerCredits credits = new ServerCredits(8);
    /** Receives that the connection is allowed. */
    private final AtomicInteger allowed = new AtomicInteger();

    @BeforeEach
    void returnThree() throws LwioException {
        credits.begin(1);
        credits.open();
        credits.offer(3);
        credits.credit(3);
        credits.creditAnswered();
    }

    private int withdraw(int most) {
        int count = Math.min(most, allowed.get());
        allowed.addAndGet(-count);
        return count;
    }

    @Test
    void surplusGoesBackAsFarAsItIsAllowed() {
        allowed.set(2);
        assertEquals(2, credits.takeBackSurplus(this::withdraw));
        assertEquals(0, credits.takeBackSurplus(this::withdraw));
        allowed.set(2);
        assertEquals(1, credits.takeBackSurplus(this::withdraw), "the other one goes with the credit that is left");
        assertEquals(0, credits.takeBackSurplus(this::withdraw));
        assertEquals(1, allowed.get());
    }

    /** Between what is withdrawn and what is left of the surplus, another thread answers a request. */
    @Test
    void whatAnAnswerAllowsMeanwhileIsNotOverlooked() throws Exception {
        allowed.set(2);
        AtomicInteger back = new AtomicInteger();
        Thread answering = new Thread(() -> {
            allowed.incrementAndGet();
            back.addAndGet(credits.takeBackSurplus(this::withdraw));
        });
        back.addAndGet(credits.takeBackSurplus(most -> {
            int count = withdraw(most);
            answering.start();
            while (allowed.get() == 0) {
                Thread.onSpinWait();
            }
            return count;
        }));
        answering.join();
        assertEquals(3, back.get());
        assertEquals(0, allowed.get());
    }
}
