package io.batonfs.spark;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Counts failures as Spark reports them, so that a step which should have met one can prove it. Thread-safe. */
final class TaskFailures extends SparkListener {
    private static final long PATIENCE_S = 120;

    private final Semaphore tasks = new Semaphore(0);
    private final Semaphore executors = new Semaphore(0);

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        if (end.reason() instanceof TaskFailedReason) {
            tasks.release();
        }
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
        executors.release();
    }

    /** Waits for so many more tasks to be reported as failed. */
    void awaitTasks(int count) throws InterruptedException {
        Rows.check(tasks.tryAcquire(count, PATIENCE_S, TimeUnit.SECONDS), "no task has failed");
    }

    /** Waits for so many more executors to be reported as lost. */
    void awaitExecutors(int count) throws InterruptedException {
        Rows.check(executors.tryAcquire(count, PATIENCE_S, TimeUnit.SECONDS), "no executor was lost");
    }
}
