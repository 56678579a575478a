package io.batonfs.catalog.ratis;

import io.batonfs.catalog.machine.ReplicatedMachine;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableStore;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import io.batonfs.model.Invocation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * The smallest machine that keeps the promises of {@link ReplicatedMachine}: it numbers commands, and a repeated
 * invocation gets its first number. NODES: number -> text; RETRY: invocation -> number; META: applied -> term, index,
 * count.
 */
final class JournalMachine implements ReplicatedMachine {
    private static final byte[] APPLIED = {'a'};
    /** A command with this text cannot be applied. */
    static final String POISON = "poison";

    private final TableStore store;
    private long term;
    private long index = -1;
    private long count;

    JournalMachine(TableStore store) {
        this.store = store;
        try (TableView view = store.view()) {
            byte[] applied = view.get(Table.META, APPLIED);
            if (applied != null) {
                ByteBuffer in = ByteBuffer.wrap(applied);
                term = in.getLong();
                index = in.getLong();
                count = in.getLong();
            }
        }
    }

    static byte[] command(Invocation invocation, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(24 + bytes.length).putLong(invocation.clientId().getMostSignificantBits())
                .putLong(invocation.clientId().getLeastSignificantBits()).putLong(invocation.callId()).put(bytes)
                .array();
    }

    static Invocation invocation(long client, long call) {
        return new Invocation(new UUID(0x4000, client), call);
    }

    static byte[] number(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    static long number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }

    @Override
    public byte[] apply(long entryTerm, long entryIndex, byte[] command) throws IOException {
        byte[] call = Arrays.copyOf(command, 24);
        byte[] text = Arrays.copyOfRange(command, 24, command.length);
        if (new String(text, StandardCharsets.UTF_8).equals(POISON)) {
            throw new IOException("this machine cannot apply poison");
        }
        WriteSet changes = new WriteSet();
        byte[] reply;
        try (TableView view = store.view()) {
            reply = view.get(Table.RETRY, call);
        }
        if (reply == null) {
            reply = number(count++);
            changes.put(Table.NODES, reply, text);
            changes.put(Table.RETRY, call, reply);
        }
        changes.put(Table.META, APPLIED,
                ByteBuffer.allocate(24).putLong(entryTerm).putLong(entryIndex).putLong(count).array());
        store.commit(changes);
        term = entryTerm;
        index = entryIndex;
        return reply;
    }

    /** How many commands took effect. */
    static long count(TableView view) {
        byte[] applied = view.get(Table.META, APPLIED);
        return applied == null ? 0 : ByteBuffer.wrap(applied).getLong(16);
    }

    @Override
    public long appliedIndex() {
        return index;
    }

    @Override
    public long appliedTerm() {
        return term;
    }
}
