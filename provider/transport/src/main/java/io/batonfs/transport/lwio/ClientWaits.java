package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.QueuePair;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How threads wait for answers on one connection at the client end: they do the wire's and, within a process, the
 * server's work meanwhile, look for answers in polling mode, and have themselves woken before they sleep (LW-7, LW-8).
 * Has no state of its own: any thread.
 */
final class ClientWaits {
    /**
     * Some tens of nanoseconds each: together some 50 us, about what it takes if the server has to be woken first. To
     * sleep sooner would cost two more messages, and a wake-up here besides.
     */
    private static final int POLLS_BEFORE_SLEEP = 1000;
    /** The same where a thread of the wire brings the answer, which needs a processor for that. */
    private static final int POLLS_BESIDE_THE_WIRE = 200;
    /** Looks in vain before others may have the processor, maybe the server. */
    private static final int POLLS_PER_YIELD = 100;

    private final LwioClient client;
    private final QueuePair queuePair;
    private final ClientPolling polling;
    private final Supplier<CompletableFuture<Integer>> asksToBeWoken;
    private final Runnable lookForEnds = this::lookForEnds;
    private final Runnable lookCertainly = this::lookCertainly;

    /** @param asksToBeWoken has the server say when the next answer in polling mode has come, by this future */
    ClientWaits(LwioClient client, QueuePair queuePair, ClientPolling polling,
            Supplier<CompletableFuture<Integer>> asksToBeWoken) {
        this.client = client;
        this.queuePair = queuePair;
        this.polling = polling;
        this.asksToBeWoken = asksToBeWoken;
    }

    /** As {@link LwioIo}'s. */
    boolean poll() {
        return polling.poll(false) || queuePair.progress() && polling.poll(false);
    }

    /** By a thread that drives the wire meanwhile: what hangs on the futures may wait for nothing that the wire does. */
    private void lookForEnds() {
        LwioClient.asCompletionThread(lookCertainly);
    }

    private void lookCertainly() {
        polling.poll(true);
    }

    /** As {@link LwioConnection#await}. */
    boolean await(CompletableFuture<Integer> answer, long timeoutMs) throws InterruptedException {
        long timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        if (!polling.isExpected()) {
            // Also if it is done: what the caller has sent since, and now does not wait for, is not to wait for him.
            return queuePair.await(answer, timeoutNanos);
        }
        if (answer.isDone()) {
            return true;
        }
        long deadline = client.nanoTime() + timeoutNanos;
        if (queuePair.drive(answer, lookForEnds, timeoutNanos)) {
            return true;
        }
        int most = queuePair.progresses() ? POLLS_BEFORE_SLEEP : POLLS_BESIDE_THE_WIRE;
        for (int i = 1; i <= most; i++) {
            boolean found = polling.poll(false) || queuePair.progress();
            if (answer.isDone()) {
                return true;
            }
            if (!found && i % POLLS_PER_YIELD != 0) {
                Thread.onSpinWait();
                continue;
            }
            if (!found) {
                Thread.yield();
                // A keeper that was sent away has gone by now; if another one who waits drives, this costs a look.
                if (queuePair.drive(answer, lookForEnds, deadline - client.nanoTime())) {
                    return true;
                }
            }
            // What was found was another's, and may have taken as long as a device does.
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while polling for an answer");
            }
            if (client.nanoTime() - deadline >= 0) {
                return false;
            }
        }
        return sleepUntil(answer, deadline);
    }

    /** Sleeps as often as the server has to be asked to wake us; looks at memory each time after it was asked. */
    private boolean sleepUntil(CompletableFuture<Integer> answer, long deadline) throws InterruptedException {
        while (true) {
            CompletableFuture<Integer> wakeUp = asksToBeWoken.get();
            polling.poll(true);
            if (answer.isDone()) {
                return true;
            }
            if (!polling.isExpected() || wakeUp.isCompletedExceptionally()) {
                // Nothing is left to look for, or the connection ends, and with it everything.
                return queuePair.await(answer, deadline - client.nanoTime());
            }
            if (!queuePair.await(CompletableFuture.anyOf(answer, wakeUp), deadline - client.nanoTime())) {
                return answer.isDone();
            }
        }
    }

    /** The answer, within the time that requests have. */
    int get(CompletableFuture<Integer> result) throws LwioException {
        try {
            if (!await(result, client.config().requestTimeoutMs())) {
                throw new LwioException(LwioStatus.IO_TIMEOUT, "the server did not answer within "
                        + client.config().requestTimeoutMs() + " ms");
            }
            return result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LwioException failure) {
                throw new LwioException(failure.status(), failure.getMessage(), failure);
            }
            throw new LwioException(LwioStatus.INTERNAL_ERROR, "an LWIO request failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LwioException(LwioStatus.CANCELLED, "interrupted while waiting for the server's answer",
                    new InterruptedIOException());
        }
    }
}
