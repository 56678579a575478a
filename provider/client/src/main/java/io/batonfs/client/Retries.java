package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounded retries with exponential back-off and jitter. Whoever waits is told what for, after a moment and then now and
 * then, in one line for all that wait at a time. Thread-safe, if the random generator is; a {@link Budget} belongs to one
 * thread.
 */
final class Retries {
    /** Outcome unknown may be the final word of a catalog that forgot the first reply (CAT-9): asked again this often. */
    private static final int UNKNOWN_OUTCOME_TRIES = 3;

    /**
     * A server without room for one more connection has it again when somebody closes his: long enough for one who is
     * just doing so, short enough for an application whose own unused clients are in its way.
     */
    static final long NO_ROOM_TIMEOUT_MS = 5_000;

    /** A retry that goes on for longer is told of: most that mend themselves have by then. */
    static final long TOLD_AFTER_MS = 2_000;

    /** So long it is not told of again, by any thread. */
    static final long TOLD_AGAIN_AFTER_MS = 20_000;

    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);
    private static final long NEVER = Long.MIN_VALUE;

    private final AtomicLong toldMs = new AtomicLong(NEVER);
    private final Consumer<String> notices;
    private final ClientConfig config;
    private final ClientTime time;
    private final RandomGenerator random;

    Retries(ClientConfig config, ClientTime time, RandomGenerator random) {
        this(config, time, random, LOG::warn);
    }

    /** With a taker for what users are told. */
    Retries(ClientConfig config, ClientTime time, RandomGenerator random, Consumer<String> notices) {
        this.notices = notices;
        this.config = config;
        this.time = time;
        this.random = random;
    }

    /** Time and tries for one piece of work, counted from its first failure. */
    Budget begin() {
        return new Budget();
    }

    private void tell(IOException cause, long sinceMs, long leftMs, long nowMs) {
        long last = toldMs.get();
        boolean due = sinceMs >= TOLD_AFTER_MS && (last == NEVER || nowMs - last >= TOLD_AGAIN_AFTER_MS);
        if (due && toldMs.compareAndSet(last, nowMs)) {
            notices.accept(cause.getMessage() + " - trying again, for " + (leftMs + 999) / 1000 + " s at most");
        }
    }

    /** Counts the tries of one piece of work. */
    final class Budget {
        private long firstFailureMs;
        private int failures;
        private int unknownOutcomes;

        /**
         * Notes a failure and waits for the time of the next try.
         *
         * @throws IOException the cause, if it is of a kind that another try can't mend, or the time is over
         */
        void pause(IOException cause) throws IOException {
            if (!worthAnotherTry(cause)) {
                throw cause;
            }
            long nowMs = time.nowMs();
            if (failures == 0) {
                firstFailureMs = nowMs;
            }
            long timeoutMs = Failures.noRoom(cause) ? Math.min(NO_ROOM_TIMEOUT_MS, config.retryTimeoutMs())
                    : config.retryTimeoutMs();
            long leftMs = firstFailureMs + timeoutMs - nowMs;
            if (leftMs <= 0) {
                throw cause;
            }
            tell(cause, nowMs - firstFailureMs, leftMs, nowMs);
            long fullMs = Math.min(config.retryMaxMs(), config.retryBaseMs() << Math.min(failures, 20));
            failures++;
            time.sleepMs(Math.max(1, Math.min(leftMs, fullMs - (long) (fullMs / 2.0 * random.nextDouble()))));
        }

        private boolean worthAnotherTry(IOException cause) {
            if (cause instanceof InterruptedIOException) {
                return false;
            }
            if (!(cause instanceof BatonException failure)) {
                return ++unknownOutcomes <= UNKNOWN_OUTCOME_TRIES;
            }
            return failure.code().errorClass() == ErrorCode.Class.RETRY
                    || failure.code() == ErrorCode.OUTCOME_UNKNOWN && ++unknownOutcomes <= UNKNOWN_OUTCOME_TRIES;
        }
    }
}
