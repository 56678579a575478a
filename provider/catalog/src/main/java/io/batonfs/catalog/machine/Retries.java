package io.batonfs.catalog.machine;

import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.ReplyFormat;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.ForgottenRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.ReplyRow;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Invocation;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * First replies, so that a repeated call has one effect (CAT-9). They are kept by command time; of what was dropped only
 * the highest call of each client is remembered: an older one may have run, so it is not run.
 */
final class Retries {
    /** How long it is remembered which calls of a client were forgotten. */
    static final long FORGOTTEN_MS = 7 * 86_400_000L;
    private static final byte[] NOTHING = new byte[0];

    private Retries() {
    }

    /**
     * The first reply to a call; empty if it was never answered. Whoever names another user's call is refused: a reply
     * says what only its caller may know, and a repeated offload read gives the tokens of the first one new keys. That
     * refusal is not kept, or it would take the place of the first reply.
     */
    static Optional<byte[]> find(Transaction tx, Invocation invocation, String user) {
        Optional<ReplyRow> row = tx.find(Table.RETRY, Keys.reply(invocation), ReplyRow::of);
        if (row.isPresent()) {
            if (!row.get().isOf(user)) {
                return Optional.of(ReplyFormat.encode(new Reply.Refused(ErrorCode.PERMISSION_DENIED, "Call "
                        + invocation.callId() + " of this client was not made by " + user
                        + "; make a client id of your own")));
            }
            return row.map(ReplyRow::reply);
        }
        Optional<ForgottenRow> forgotten = tx.find(Table.RETRY, Keys.forgotten(invocation.clientId()),
                ForgottenRow::of);
        if (forgotten.isPresent() && invocation.callId() <= forgotten.get().callId()) {
            return Optional.of(ReplyFormat.encode(new Reply.Refused(ErrorCode.OUTCOME_UNKNOWN, "Call "
                    + invocation.callId() + " is older than the replies that are kept, so it may have run before; "
                    + "look whether it did, then call anew")));
        }
        return Optional.empty();
    }

    /** Whether the reply to a command must be kept: not if the command may run twice, or has not run. */
    static boolean kept(CatalogRequest request, Reply reply) {
        if (request.command() instanceof Command.Housekeep || request.command() instanceof Command.RenewLeases) {
            return false;
        }
        return !(reply instanceof Reply.Refused refused && refused.code().errorClass() == ErrorCode.Class.RETRY);
    }

    /** Keeps a reply. */
    static void keep(Transaction tx, Invocation invocation, String user, byte[] reply) {
        tx.put(Table.RETRY, Keys.reply(invocation), new ReplyRow(tx.timeMs(), reply, user).toBytes());
        tx.put(Table.RETRY, Keys.replyTime(tx.timeMs(), invocation), NOTHING);
    }

    /** Drops replies that are old enough, by their keys in the index by time. */
    static void expire(Transaction tx, List<byte[]> replies) {
        for (byte[] key : replies) {
            ByteReader in = new ByteReader(key, 1, key.length);
            long timeMs = in.i64();
            Invocation invocation = new Invocation(in.uuid(), in.i64());
            tx.delete(Table.RETRY, key);
            tx.delete(Table.RETRY, Keys.reply(invocation));
            forget(tx, invocation, timeMs);
        }
    }

    /** Drops what is remembered of clients long gone, by their keys in the index by time. */
    static void expireForgotten(Transaction tx, List<byte[]> clients) {
        for (byte[] key : clients) {
            tx.delete(Table.RETRY, key);
            tx.delete(Table.RETRY, Keys.forgotten(new ByteReader(key, 1 + Long.BYTES, key.length).uuid()));
        }
    }

    private static void forget(Transaction tx, Invocation invocation, long timeMs) {
        UUID client = invocation.clientId();
        byte[] key = Keys.forgotten(client);
        Optional<ForgottenRow> before = tx.find(Table.RETRY, key, ForgottenRow::of);
        before.ifPresent(row -> tx.delete(Table.RETRY, Keys.forgottenTime(row.timeMs(), client)));
        long callId = before.map(row -> Math.max(row.callId(), invocation.callId())).orElse(invocation.callId());
        tx.put(Table.RETRY, key, new ForgottenRow(callId, timeMs).toBytes());
        tx.put(Table.RETRY, Keys.forgottenTime(timeMs, client), NOTHING);
    }
}
