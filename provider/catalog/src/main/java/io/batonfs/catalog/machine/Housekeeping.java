package io.batonfs.catalog.machine;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.KeyRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.TokenRow;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.TokenId;
import java.util.ArrayList;
import java.util.List;

/** Background work, in bounded steps: expiry, reclaim (CAT-7), shorter chains (CAT-8). */
final class Housekeeping {
    /** Steps of one command at most: about 64 rows each. */
    static final int MAX_STEPS = 1024;
    /** With this many changed rows a command ends after the step under way: everybody waits while it is applied. */
    static final int MAX_CHANGES = 512;

    private final Session session;
    private final Transaction tx;
    private final DueRows tokens;
    private final DueRows replies;
    private final DueRows forgotten;

    Housekeeping(Session session) {
        this.session = session;
        this.tx = session.tx;
        this.tokens = new DueRows(tx, Table.TOKENS, 'x', 0);
        this.replies = new DueRows(tx, Table.RETRY, 't', session.group.retryMs());
        this.forgotten = new DueRows(tx, Table.RETRY, 'u', Retries.FORGOTTEN_MS);
    }

    Reply run(Command.Housekeep command) throws BatonException {
        session.access.checkSuperuser("run housekeeping");
        int allowed = Math.min(command.maxSteps(), MAX_STEPS);
        Reclaim reclaim = new Reclaim(session);
        Compaction compaction = new Compaction(session);
        int done = 0;
        boolean expiring = true;
        boolean more = true;
        while (more && done < allowed && tx.changes() < MAX_CHANGES) {
            int before = done;
            if (expiring) {
                done += expireTokens() ? 1 : 0;
                done += expireKeys() ? 1 : 0;
                done += expireReplies() ? 1 : 0;
                expiring = done > before;
            }
            done += tx.count(Counter.RECLAIM_WAITING) > 0 && reclaim.step() ? 1 : 0;
            done += compactionWaits() && compaction.step() ? 1 : 0;
            more = done > before;
        }
        return new Reply.Housekept(done, more);
    }

    private boolean compactionWaits() {
        return tx.count(Counter.COMPACT_WAITING) > 0 || tx.count(Counter.FLATTEN_CURSOR) > 0;
    }

    private boolean expireTokens() {
        List<byte[]> due = tokens.next();
        for (byte[] key : due) {
            TokenId id = new TokenId(new ByteReader(key, 1 + Long.BYTES, key.length).i64());
            TokenRow row = tx.token(id).orElseThrow();
            if (row.dead().isPresent()) {
                tx.delete(Table.TOKENS, key);
                tx.delete(Table.TOKENS, Keys.token(id));
            } else if (row.expiresMs() > tx.timeMs()) {
                TokenCommands.schedule(tx, id, row, row.expiresMs());
            } else {
                TokenCommands.kill(tx, session.references, id, row, ErrorCode.TOKEN_EXPIRED);
            }
        }
        return !due.isEmpty();
    }

    private boolean expireReplies() {
        List<byte[]> due = replies.next();
        Retries.expire(tx, due);
        List<byte[]> old = forgotten.next();
        Retries.expireForgotten(tx, old);
        return !due.isEmpty() || !old.isEmpty();
    }

    private boolean expireKeys() {
        List<byte[]> due = new ArrayList<>();
        tx.view().scan(Table.SIGNING_KEYS, new byte[0], null, (key, value) -> {
            KeyRow row = KeyRow.of(value);
            boolean old = row.replacedMs() > 0 && row.replacedMs() + session.group.freeGraceMs() <= tx.timeMs();
            if (old) {
                due.add(key);
            }
            return old;
        });
        due.forEach(key -> tx.delete(Table.SIGNING_KEYS, key));
        return !due.isEmpty();
    }
}
