package io.batonfs.quickstart;

import java.util.List;
import java.util.function.LongSupplier;

/**
 * One step of the quickstart.
 *
 * @param name     what is done
 * @param files    files it deals with
 * @param bytes    their bytes
 * @param progress a figure that grows by {@code bytes} while the step runs
 * @param action   does it
 * @param promise  what the client's figures must show afterwards
 * @param check    looks whether the result is right
 */
record Step(
        String name, long files, long bytes, LongSupplier progress, Action action, Promise promise, Check check) {

    /** Work that may fail in any way. */
    @FunctionalInterface
    interface Action {
        /** Does it. */
        void run() throws Exception;
    }

    /** What the figures of a step must show. */
    @FunctionalInterface
    interface Promise {
        /** Promises nothing. */
        Promise NONE = figures -> List.of();

        /** What is not as promised, a sentence each. */
        List<String> broken(ClientFigures figures);
    }

    /** Looks at a result. */
    @FunctionalInterface
    interface Check {
        /** What is wrong with it, a sentence each; empty if nothing is. */
        List<String> problems() throws Exception;
    }
}
