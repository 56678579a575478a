package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class TogetherTest {
    private final List<Integer> done = Collections.synchronizedList(new ArrayList<>());

    private List<Together.Task> tasks(int count) {
        List<Together.Task> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            tasks.add(() -> done.add(number));
        }
        return tasks;
    }

    private void eachOnce(int count) {
        List<Integer> sorted = new ArrayList<>(done);
        Collections.sort(sorted);
        assertEquals(count, sorted.size());
        for (int i = 0; i < count; i++) {
            assertEquals(i, sorted.get(i));
        }
    }

    @Test
    void runsEachOnceWhateverTheExecutorDoes() throws IOException {
        List<Runnable> late = new ArrayList<>();
        List<Executor> executors = List.of(Runnable::run, late::add, task -> {
            throw new RejectedExecutionException("full");
        });
        for (Executor executor : executors) {
            for (int count = 0; count < 4; count++) {
                done.clear();
                Together.run(executor, tasks(count));
                eachOnce(count);
            }
        }
        done.clear();
        late.forEach(Runnable::run);
        assertTrue(done.isEmpty(), "what the caller has run is not run again");
    }

    @Test
    void endsWhenAllThreadsAreCallersOfIt() throws Exception {
        ExecutorService one = Executors.newSingleThreadExecutor();
        try {
            one.submit(() -> {
                Together.run(one, tasks(4));
                return null;
            }).get();
        } finally {
            one.shutdownNow();
        }
        eachOnce(4);
    }

    @Test
    void tasksAreBesideOneAnother() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        CountDownLatch all = new CountDownLatch(3);
        try {
            // Each ends only once all have begun.
            Together.Task meeting = () -> {
                all.countDown();
                try {
                    all.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            };
            Together.run(threads, List.of(meeting, meeting, meeting));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void allAreRunAlthoughSomeFailAndTheFirstFailureIsThrown() {
        IOException first = new IOException("first");
        IllegalStateException second = new IllegalStateException("second");
        List<Together.Task> tasks = new ArrayList<>(tasks(1));
        tasks.add(() -> {
            throw first;
        });
        tasks.add(() -> {
            throw second;
        });
        tasks.add(() -> done.add(1));
        assertSame(first, assertThrows(IOException.class, () -> Together.run(Runnable::run, tasks)));
        assertArrayEquals(new Throwable[] {second}, first.getSuppressed());
        eachOnce(2);
    }

    @Test
    void anInterruptIsKept() throws Exception {
        ExecutorService one = Executors.newSingleThreadExecutor();
        CountDownLatch callerDone = new CountDownLatch(1);
        Thread caller = Thread.currentThread();
        try {
            Together.run(one, List.of(() -> {
                try {
                    callerDone.await();
                    caller.interrupt();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                done.add(0);
            }, () -> {
                done.add(1);
                callerDone.countDown();
            }));
            assertTrue(Thread.interrupted());
            eachOnce(2);
        } finally {
            one.shutdownNow();
        }
    }
}
