package io.batonfs.spark;

import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/** Hands its rows on, but in the first attempts of task 1 only some, and then fails: its file is half written by then. */
final class FailingTask implements MapPartitionsFunction<Row, Row> {
    /** What the failure says. */
    static final String REASON = "fails as it was told to";
    private static final long serialVersionUID = 1L;
    private static final int FAILING_TASK = 1;
    private static final int ROWS_BEFORE = 3000;
    private static final int EXIT_CODE = 3;

    private final How how;
    private final int attempts;

    /** What a failing task does. */
    enum How {
        /** Throws an exception. */
        THROWS,
        /** Ends its JVM at once, as {@code kill -9} does. */
        HALTS
    }

    /** A task that fails so often. */
    FailingTask(How how, int attempts) {
        this.how = how;
        this.attempts = attempts;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        TaskContext task = TaskContext.get();
        if (task.partitionId() != FAILING_TASK || task.attemptNumber() >= attempts) {
            return rows;
        }
        return new Iterator<>() {
            private int handedOn;

            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Row next() {
                if (handedOn++ == ROWS_BEFORE) {
                    fail();
                }
                return rows.next();
            }
        };
    }

    private void fail() {
        switch (how) {
            case THROWS -> throw new IllegalStateException(REASON);
            case HALTS -> Runtime.getRuntime().halt(EXIT_CODE);
            default -> throw new AssertionError(how);
        }
    }
}
