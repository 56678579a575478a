package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Turns calls into commands of the control path's queue and waits for their outcome. Any thread. */
final class ControlCommands {
    private final SerialQueue queue;
    private final Gate gate = new Gate();
    private final AtomicBoolean closed = new AtomicBoolean();

    ControlCommands(SerialQueue queue) {
        this.queue = queue;
    }

    /** Runs a command that is done when it returns. */
    <T> T run(Callable<T> command) throws IOException {
        return runAsync(() -> {
            try {
                return CompletableFuture.completedFuture(command.call());
            } catch (Exception e) {
                return CompletableFuture.failedFuture(e);
            }
        });
    }

    /** Runs a command that is done when its future is. */
    <T> T runAsync(Supplier<CompletableFuture<T>> command) throws IOException {
        enter();
        try {
            return await(enqueue(command, false));
        } finally {
            exit();
        }
    }

    /** Begins what closing waits for; {@link #exit} ends it. */
    void enter() throws BatonException {
        if (!gate.enter()) {
            throw closed();
        }
    }

    /** Ends what {@link #enter} began. */
    void exit() {
        gate.exit();
    }

    /** For what takes long: throws once closing has begun. */
    void checkOpen() throws BatonException {
        if (closed.get()) {
            throw closed();
        }
    }

    private static BatonException closed() {
        return new BatonException(ErrorCode.UNREACHABLE, "this page engine is closed: open it again");
    }

    /** Runs a last command, then waits for all others. */
    void close(Supplier<CompletableFuture<Void>> last) throws IOException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        await(enqueue(last, true));
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        gate.close(() -> quiet.complete(null));
        await(quiet);
    }

    private <T> CompletableFuture<T> enqueue(Supplier<CompletableFuture<T>> command, boolean always) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Runnable step = () -> {
            try {
                command.get().whenComplete((value, failure) -> {
                    if (failure == null) {
                        result.complete(value);
                    } else {
                        result.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        };
        if (always) {
            queue.proceed(step);
        } else if (!queue.offer(step)) {
            result.completeExceptionally(new BatonException(
                    ErrorCode.BUSY, "too many commands wait for the control path of this server: try again"));
        }
        return result;
    }

    /** The outcome of what the control path does, or its failure. */
    static <T> T await(CompletableFuture<T> result) throws IOException {
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BatonException(ErrorCode.OUTCOME_UNKNOWN,
                    "interrupted while a command of the page engine was under way: ask for the extent's state", e);
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        }
    }

    private static IOException rethrown(Throwable cause) {
        Throwable root = cause instanceof CompletionException && cause.getCause() != null
                ? cause.getCause() : cause;
        if (root instanceof BatonException baton) {
            return new BatonException(baton.code(), baton.getMessage(), baton);
        }
        if (root instanceof IOException io) {
            return new IOException(io.getMessage(), io);
        }
        return new BatonException(ErrorCode.INTERNAL,
                "a command of the page engine ended unexpectedly (" + root + "): see the server's log", root);
    }
}
