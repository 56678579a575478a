package io.batonfs.system;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.log4j.AppenderSkeleton;
import org.apache.log4j.Level;
import org.apache.log4j.Logger;
import org.apache.log4j.spi.LoggingEvent;

/** Takes down what is logged while it is open. Thread-safe. */
public final class LogCapture implements AutoCloseable {
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Logger root = Logger.getRootLogger();
    private final Level levelBefore = root.getLevel();
    private final AppenderSkeleton appender = new AppenderSkeleton() {
        @Override
        protected void append(LoggingEvent event) {
            StringBuilder line = new StringBuilder(event.getLoggerName()).append(": ").append(event.getRenderedMessage());
            if (event.getThrowableStrRep() != null) {
                line.append('\n').append(String.join("\n", event.getThrowableStrRep()));
            }
            lines.add(line.toString());
        }

        @Override
        public void close() {
            // nothing is held
        }

        @Override
        public boolean requiresLayout() {
            return false;
        }
    };

    /** Takes down everything, at the finest level. */
    public LogCapture() {
        this(Level.TRACE);
    }

    /** Takes down what is of a level or worse. */
    public LogCapture(Level level) {
        root.addAppender(appender);
        root.setLevel(level);
    }

    /** All that was logged so far. */
    public String text() {
        return String.join("\n", lines);
    }

    @Override
    public void close() {
        root.setLevel(levelBefore);
        root.removeAppender(appender);
    }
}
