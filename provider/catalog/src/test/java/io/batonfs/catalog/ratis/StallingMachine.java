package io.batonfs.catalog.ratis;

import io.batonfs.catalog.machine.ReplicatedMachine;
import io.batonfs.catalog.store.TableStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/** A journal that takes its time over one command, and notes every entry of the log that it is given. */
final class StallingMachine implements ReplicatedMachine {
    /** The text of the command that is applied when it may. */
    static final String STALL = "stall";
    private static final int TEXT_OFFSET = 24;

    /** What the machines of a test share: the texts applied, in order, and when to go on. */
    static final class Gate {
        final CountDownLatch stalled = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        final Queue<String> applied = new ConcurrentLinkedQueue<>();
    }

    private final JournalMachine journal;
    private final Gate gate;

    StallingMachine(TableStore store, Gate gate) {
        this.journal = new JournalMachine(store);
        this.gate = gate;
    }

    @Override
    public byte[] apply(long term, long index, byte[] command) throws IOException {
        String text = new String(command, TEXT_OFFSET, command.length - TEXT_OFFSET, StandardCharsets.UTF_8);
        gate.applied.add(text);
        if (text.equals(STALL)) {
            gate.stalled.countDown();
            try {
                gate.goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw (IOException) new InterruptedIOException("closed while it stalled").initCause(e);
            }
        }
        return journal.apply(term, index, command);
    }

    @Override
    public long appliedIndex() {
        return journal.appliedIndex();
    }

    @Override
    public long appliedTerm() {
        return journal.appliedTerm();
    }
}
