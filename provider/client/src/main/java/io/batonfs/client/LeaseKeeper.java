package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the leases of all outputs of one client alive while there are any, by one call a period for all of them
 * (CAT-10). The timer is not asked for each file that is written, of which most are short: it goes on until a period ends
 * without an output. Thread-safe by its lock, which is not held while the catalog is called.
 */
final class LeaseKeeper implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

    private final Calls calls;
    private final ClientTime time;
    private final long periodMs;
    private final Set<ExtentOutput> outputs = new HashSet<>();
    private ClientTime.Task renewing;

    LeaseKeeper(Calls calls, ClientTime time, long periodMs) {
        this.calls = calls;
        this.time = time;
        this.periodMs = periodMs;
    }

    /** An output was opened. */
    synchronized void opened(ExtentOutput output) {
        outputs.add(output);
        if (renewing == null) {
            renewing = time.every(periodMs, this::renew);
        }
    }

    /** An output has ended. */
    synchronized void ended(ExtentOutput output) {
        outputs.remove(output);
    }

    /** The outputs that are open. */
    synchronized List<ExtentOutput> open() {
        return List.copyOf(outputs);
    }

    /** Whether there is something to renew; if not, the timer has been told. */
    private synchronized boolean due() {
        if (!outputs.isEmpty()) {
            return true;
        }
        stop();
        return false;
    }

    private void stop() {
        if (renewing != null) {
            renewing.cancel();
            renewing = null;
        }
    }

    private void renew() {
        if (!due()) {
            return;
        }
        try {
            calls.catalog((catalog, context) -> {
                catalog.renewLeases(context);
                return null;
            });
        } catch (IOException e) {
            if (e instanceof BatonException coded && coded.code() == ErrorCode.LEASE_LOST) {
                // One is lost, and the answer doesn't say which.
                open().forEach(ExtentOutput::checkLease);
            } else {
                LOG.warn("leases could not be renewed; the next try is in {} ms", periodMs, e);
            }
        } catch (RuntimeException e) {
            LOG.error("leases could not be renewed; the next try is in {} ms", periodMs, e);
        }
    }

    @Override
    public synchronized void close() {
        outputs.clear();
        stop();
    }
}
