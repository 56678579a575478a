package io.batonfs.catalog.ratis;

import org.apache.ratis.util.ExitUtils;

/** What Ratis does to the whole JVM, undone: Baton is a guest in other people's processes. */
final class RatisProcess {

    private RatisProcess() {
    }

    /**
     * Keeps Ratis from ending the JVM. Its class that would do so also makes itself the default handler of uncaught
     * exceptions when it is loaded; that is put back to what it was.
     */
    static synchronized void tame() {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        ExitUtils.disableSystemExit();
        Thread.setDefaultUncaughtExceptionHandler(before);
    }
}
