package io.batonfs.transport;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * What this module's tests log to: errors are kept, with their number bounded, for tests that allow none; what is said
 * below a warning is not even formatted. A logged error is where an exception ends that no caller could be told of.
 * Thread-safe: the list is guarded by its own monitor.
 */
public final class RecordedLog implements SLF4JServiceProvider {
    private static final int MOST = 200;
    private static final List<String> ERRORS = new ArrayList<>();

    private final IMarkerFactory markers = new BasicMarkerFactory();
    private final MDCAdapter contexts = new NOPMDCAdapter();
    private final ILoggerFactory loggers = Recorder::new;

    /** Made by SLF4J. */
    public RecordedLog() {
    }

    /** Errors logged since the last call. */
    public static List<String> takeErrors() {
        synchronized (ERRORS) {
            List<String> taken = List.copyOf(ERRORS);
            ERRORS.clear();
            return taken;
        }
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return loggers;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return contexts;
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99";
    }

    @Override
    public void initialize() {
        // Everything is there already.
    }

    /** One for each class. */
    private static final class Recorder extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1;

        Recorder(String name) {
            this.name = name;
        }

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public boolean isDebugEnabled() {
            return false;
        }

        @Override
        public boolean isInfoEnabled() {
            return false;
        }

        @Override
        public boolean isWarnEnabled() {
            return false;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }

        @Override
        protected String getFullyQualifiedCallerName() {
            return Logger.class.getName();
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level, Marker marker, String message, Object[] arguments, Throwable thrown) {
            String error = name + ": " + MessageFormatter.basicArrayFormat(message, arguments)
                    + (thrown == null ? "" : ": " + thrown + " at " + List.of(thrown.getStackTrace()).stream().limit(12)
                            .toList());
            System.out.println(error);
            synchronized (ERRORS) {
                if (ERRORS.size() < MOST) {
                    ERRORS.add(error);
                }
            }
        }
    }
}
