package io.batonfs.catalog.machine;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.TokenEvidence;
import io.batonfs.catalog.TokenRequest;
import io.batonfs.catalog.TokenUse;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.TokenRow;
import io.batonfs.catalog.tree.Located;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.catalog.tree.Walk;
import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.NodeId;
import io.batonfs.model.TokenId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The token store: offload reads and writes, item by item (TOK-1, TOK-2, TOK-5). */
final class TokenCommands {
    private static final int MAX_EVIDENCE_BYTES = 4096;
    private static final byte[] NOTHING = new byte[0];

    private final Session session;

    TokenCommands(Session session) {
        this.session = session;
    }

    Reply offloadRead(Command.OffloadRead command) throws BatonException {
        if (command.timeToLiveMs() < 1 || command.inactivityMs() < 1) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "A token lives at least 1 ms; ask for longer limits");
        }
        List<Reply.TokenOutcome> outcomes = new ArrayList<>();
        for (TokenRequest item : command.items()) {
            Session nested = session.nested();
            try {
                outcomes.add(new TokenCommands(nested).make(item, command));
                session.tx.merge(nested.tx);
            } catch (BatonException e) {
                if (e.code().errorClass() == ErrorCode.Class.RETRY) {
                    throw e;
                }
                outcomes.add(new Reply.ItemRefused(e.code(), e.getMessage()));
            }
        }
        return new Reply.TokensMade(outcomes);
    }

    Reply offloadWrite(Command.OffloadWrite command) throws BatonException {
        List<Reply.UseOutcome> outcomes = new ArrayList<>();
        for (TokenUse item : command.items()) {
            Session nested = session.nested();
            try {
                outcomes.add(new TokenCommands(nested).use(item));
                session.tx.merge(nested.tx);
            } catch (BatonException e) {
                if (e.code().errorClass() == ErrorCode.Class.RETRY) {
                    throw e;
                }
                outcomes.add(new Reply.ItemRefused(e.code(), e.getMessage()));
            }
        }
        return new Reply.TokensUsed(outcomes);
    }

    Reply revoke(Command.RevokeToken command) throws BatonException {
        TokenRow row = session.tx.token(command.token()).orElseThrow(TokenEvidence::unknown);
        if (command.keyEvidence().isPresent()) {
            TokenEvidence.check(row, command.keyEvidence().get());
        } else if (!row.creator().equals(session.caller.user())) {
            session.access.checkSuperuser("revoke a token of " + row.creator());
        }
        checkAlive(row);
        kill(session.tx, session.references, command.token(), row, ErrorCode.TOKEN_REVOKED);
        return new Reply.Done();
    }

    /** CAT-9: a retry after a lost reply has made new keys outside; the tokens of the first reply get those. */
    static void rekey(Transaction tx, Command.OffloadRead retry, Reply.TokensMade first) {
        for (int i = 0; i < first.outcomes().size() && i < retry.items().size(); i++) {
            if (first.outcomes().get(i) instanceof Reply.TokenMade made) {
                byte[] evidence = retry.items().get(i).keyEvidence();
                tx.token(made.token()).filter(row -> row.dead().isEmpty())
                        .ifPresent(row -> tx.put(made.token(), row.rekeyed(evidence)));
            }
        }
    }

    /** Ends a token: what only it held is freed, the cause is remembered for two lifetimes. */
    static void kill(Transaction tx, References references, TokenId id, TokenRow row, ErrorCode cause) {
        row.content().ifPresent(references::drop);
        row.tree().ifPresent(references::drop);
        schedule(tx, id, row.killed(cause), tx.timeMs() + 2 * row.timeToLiveMs());
        tx.add(Counter.TOKENS, -1);
    }

    /** Stores a token and when housekeeping looks at it next. */
    static void schedule(Transaction tx, TokenId id, TokenRow row, long dueMs) {
        tx.delete(Table.TOKENS, Keys.tokenDue(row.dueMs(), id));
        tx.put(Table.TOKENS, Keys.tokenDue(dueMs, id), NOTHING);
        tx.put(id, row.due(dueMs));
    }

    private Reply.TokenOutcome make(TokenRequest item, Command.OffloadRead command) throws BatonException {
        int evidence = item.keyEvidence().length;
        if (evidence < 1 || evidence > MAX_EVIDENCE_BYTES) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "Evidence of a key has 1 to " + MAX_EVIDENCE_BYTES
                    + " bytes, not " + evidence + "; make a digest of the key");
        }
        List<String> names = Paths.parse(item.path());
        CloneCommands cloning = new CloneCommands(session);
        Located source = session.walk().locate(names);
        cloning.checkReadable(source, item.path());
        if (item.expectedId().isPresent() && !item.expectedId().get().equals(source.row().fileId())) {
            throw new BatonException(ErrorCode.FILE_CHANGED, item.path() + " is " + source.row().fileId() + " now, not "
                    + item.expectedId().get() + " as when it was listed; list it again");
        }
        List<ExtentLength> report = command.report();
        Located frozen = cloning.freeze(names, report);
        Transaction tx = session.tx;
        Optional<ContentId> content = Optional.empty();
        Optional<NodeId> tree = Optional.empty();
        long length = 0;
        if (frozen.row().isDirectory()) {
            if (item.offset() != 0 || item.lengthBytes() != -1) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, item.path() + " is a directory, of which only all "
                        + "is represented; ask for offset 0 and length -1");
            }
            tree = Optional.of(frozen.id());
            session.references.take(frozen.id());
        } else {
            ContentId part = part(frozen.row().file().content(), frozen.row().file().lengthBytes(), item.offset(),
                    item.lengthBytes(), ErrorCode.INVALID_ARGUMENT, true);
            content = Optional.of(part);
            session.references.take(part);
            length = tx.content(part).lengthBytes();
        }
        long timeToLiveMs = Math.min(command.timeToLiveMs(), session.group.maxTokenTimeToLiveMs());
        long inactivityMs = Math.min(command.inactivityMs(), session.group.maxTokenInactivityMs());
        TokenId token = tx.nextToken();
        TokenRow row = new TokenRow(item.keyEvidence(), content, tree, length, session.caller.user(), tx.timeMs(),
                timeToLiveMs, inactivityMs, tx.timeMs(), 0, Optional.empty());
        schedule(tx, token, row, row.expiresMs());
        tx.add(Counter.TOKENS, 1);
        return new Reply.TokenMade(token, tree.isPresent(), length, tx.timeMs() + timeToLiveMs);
    }

    private Reply.UseOutcome use(TokenUse item) throws BatonException {
        List<String> names = Paths.parseNew(item.path());
        TreeEdits.notRoot(names, "replaced by what a token represents");
        Transaction tx = session.tx;
        TokenRow row = tx.token(item.token()).orElseThrow(TokenEvidence::unknown);
        TokenEvidence.check(row, item.keyEvidence());
        checkAlive(row);
        tx.put(item.token(), row.used(tx.timeMs()));
        TreeEdits edits = new TreeEdits(session);
        Optional<Located> there = edits.checkNew(names, item.options().createParents());
        if (row.tree().isPresent()) {
            if (item.offset() != 0 || item.lengthBytes() != -1) {
                throw new BatonException(ErrorCode.TOKEN_BAD_LENGTH, "A token of a tree is used as a whole; "
                        + "use offset 0 and length -1");
            }
            if (there.isPresent()) {
                if (!item.options().overwrite()) {
                    throw Walk.alreadyExists(names);
                }
                edits.checkDelete(names, there.get(), true);
                edits.remove(names, there.get());
            }
            edits.attach(names, row.tree().get());
            return new Reply.TokenWritten(edits.info(names), 0);
        }
        TreeEdits.checkOptions(item.options());
        ContentId content = part(row.content().orElseThrow(), row.lengthBytes(), item.offset(), item.lengthBytes(),
                ErrorCode.TOKEN_BAD_LENGTH, false);
        edits.replaceFile(names, there, item.options().overwrite());
        NodeRow node = tx.node(edits.addFile(names, content, item.options()));
        return new Reply.TokenWritten(edits.info(names), node.file().lengthBytes());
    }

    /**
     * The content of a range: the whole one, or a new one.
     *
     * @param fewer whether a range beyond the end is cut
     */
    private ContentId part(ContentId content, long have, long offset, long length, ErrorCode code, boolean fewer)
            throws BatonException {
        boolean tooFar = offset < 0 || offset > have || length < -1 || length > have - offset && !fewer;
        if (tooFar) {
            throw new BatonException(code, length + " bytes from " + offset + " do not lie within " + have
                    + " bytes; ask for a range that does");
        }
        long wanted = length == -1 ? have - offset : Math.min(length, have - offset);
        return offset == 0 && wanted == have ? content : session.contents.range(content, offset, wanted);
    }

    private void checkAlive(TokenRow row) throws BatonException {
        Optional<ErrorCode> dead = row.deadAt(session.tx.timeMs());
        if (dead.isPresent()) {
            throw new BatonException(dead.get(), "The token " + (dead.get() == ErrorCode.TOKEN_EXPIRED ? "has expired"
                    : "was ended: " + dead.get()) + "; make a new one by an offload read");
        }
    }
}
