package io.batonfs.server.frontend;

import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.FileOptions;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.TokenInfo;
import io.batonfs.catalog.TokenRequest;
import io.batonfs.catalog.TokenUse;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import io.batonfs.model.GroupId;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.TokenLimits;
import io.batonfs.protocol.TokenState;
import io.batonfs.tokens.DecodedToken;
import io.batonfs.tokens.TokenClaims;
import io.batonfs.tokens.TokenCodec;
import io.batonfs.tokens.TokenKey;
import io.batonfs.tokens.TokenType;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Makes and takes tokens (TOK-1, TOK-2). Keys are made here, outside the state machine, and leave this server only
 * inside the tokens: commands carry their digests (CAT-9). Thread-safe.
 */
final class TokenDesk {
    /**
     * A file that was changed so lately is not said to be at rest: its next change could have the same time of
     * modification, as a change that was stamped before and is carried out after.
     */
    static final long SETTLED_MS = 1000;

    private final CatalogCalls calls;
    private final OpenFileReports reports;
    private final GroupId group;
    private final int blockBytes;
    private final SecureRandom random;

    TokenDesk(CatalogCalls calls, OpenFileReports reports, GroupId group, int blockBytes, SecureRandom random) {
        this.calls = calls;
        this.reports = reports;
        this.group = group;
        this.blockBytes = blockBytes;
        this.random = random;
    }

    /**
     * Makes tokens. The keys of a call whose reply was lost are nowhere but in that reply; when the call is repeated, the
     * catalog gives its tokens the new keys (CAT-9).
     */
    List<OffloadReadResult> read(CallContext context, List<OffloadRead> items, TokenLimits limits) throws IOException {
        if (items.stream().noneMatch(OffloadRead::atRest)) {
            return make(context, items, limits);
        }
        List<OffloadRead> others = items.stream().filter(item -> !item.atRest()).toList();
        Iterator<OffloadReadResult> ofOthers =
                (others.isEmpty() ? List.<OffloadReadResult>of() : make(context, others, limits)).iterator();
        Iterator<OffloadReadResult> ofResting =
                readAtRest(context, items.stream().filter(OffloadRead::atRest).toList(), limits).iterator();
        return items.stream().map(item -> (item.atRest() ? ofResting : ofOthers).next()).toList();
    }

    private List<OffloadReadResult> make(CallContext context, List<OffloadRead> items, TokenLimits limits)
            throws IOException {
        List<TokenKey> keys = new ArrayList<>(items.size());
        List<TokenRequest> requests = new ArrayList<>(items.size());
        for (OffloadRead item : items) {
            TokenKey key = TokenKey.generate(random);
            keys.add(key);
            requests.add(new TokenRequest(item.path(), item.expectedId(), item.offset(), item.length(),
                    key.digest().toBytes()));
        }
        List<Reply.TokenOutcome> outcomes = outcomes(context, requests, limits);
        List<OffloadReadResult> results = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            results.add(toResult(outcomes.get(i), keys.get(i)));
        }
        return results;
    }

    /**
     * Makes tokens of those files that are at rest, before and after. Always under a call of the server's own: a call
     * that is repeated may find others at rest, and the first reply would give it tokens of the wrong ones. Tokens whose
     * reply was lost end by themselves.
     */
    private List<OffloadReadResult> readAtRest(CallContext context, List<OffloadRead> items, TokenLimits limits)
            throws IOException {
        List<Optional<FileInfo>> before = filesAtRest(context, items);
        List<OffloadRead> asked = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            if (before.get(i).isPresent()) {
                // Of the very file that was looked at, also if another one is at its path for that moment.
                asked.add(new OffloadRead(items.get(i).path(), Optional.of(before.get(i).get().fileId()), 0, -1, true));
            }
        }
        Iterator<OffloadReadResult> made = (asked.isEmpty() ? List.<OffloadReadResult>of()
                : make(calls.own(context), asked, limits)).iterator();
        List<Optional<FileInfo>> after = filesAtRest(context, items);
        List<OffloadReadResult> results = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            OffloadReadResult result = before.get(i).isPresent() ? made.next()
                    : notAtRest(items.get(i), ErrorCode.AGAIN);
            if (result instanceof OffloadReadResult.Granted granted) {
                Optional<FileInfo> file = after.get(i).filter(before.get(i).get()::equals)
                        .filter(info -> info.lengthBytes() == granted.representedBytes());
                result = file.isEmpty() ? notAtRest(items.get(i), ErrorCode.FILE_CHANGED)
                        : new OffloadReadResult.Granted(granted.token(), granted.representedBytes(), file);
            }
            results.add(result);
        }
        return results;
    }

    private static OffloadReadResult notAtRest(OffloadRead item, ErrorCode code) {
        return new OffloadReadResult.Refused(code, item.path() + " is no whole file at rest: it is being written, was"
                + " changed just now, or can't be looked at; ask for a token of it as it is");
    }

    /** What the whole files among the items tell about themselves, if they have not been changed for a while. */
    private List<Optional<FileInfo>> filesAtRest(CallContext context, List<OffloadRead> items) throws IOException {
        long settledMs = calls.nowMs() - SETTLED_MS;
        Caller caller = calls.trusted(context.caller());
        return calls.read(reader -> {
            List<Optional<FileInfo>> files = new ArrayList<>(items.size());
            for (OffloadRead item : items) {
                files.add(item.offset() == 0 && item.length() < 0
                        ? lookedAt(reader, caller, item.path()).filter(
                                file -> !file.isDirectory() && !file.open() && file.modifiedMs() < settledMs)
                        : Optional.empty());
            }
            return files;
        });
    }

    private static Optional<FileInfo> lookedAt(CatalogReader reader, Caller caller, String path) throws IOException {
        try {
            return reader.status(caller, path);
        } catch (BatonException e) {
            // Whoever then asks for it as it is hears the reason.
            return Optional.empty();
        }
    }

    private List<Reply.TokenOutcome> outcomes(CallContext context, List<TokenRequest> requests, TokenLimits limits)
            throws IOException {
        try {
            return reports.freeze(paths(requests), report -> submit(context, requests, limits, report));
        } catch (BatonException e) {
            if (e.code() != ErrorCode.AGAIN) {
                throw e;
            }
        }
        // One open file whose owner is away refuses the whole command: by themselves, the others get their tokens.
        List<Reply.TokenOutcome> outcomes = new ArrayList<>(requests.size());
        for (TokenRequest request : requests) {
            List<TokenRequest> alone = List.of(request);
            try {
                outcomes.addAll(submit(calls.own(context), alone, limits, reports.collect(paths(alone))));
            } catch (BatonException e) {
                if (e.code() != ErrorCode.AGAIN) {
                    throw e;
                }
                outcomes.add(new Reply.ItemRefused(e.code(), e.getMessage()));
            }
        }
        return outcomes;
    }

    private List<Reply.TokenOutcome> submit(CallContext context, List<TokenRequest> requests, TokenLimits limits,
            List<ExtentLength> report) throws IOException {
        return calls.submit(context, new Command.OffloadRead(requests, limits.timeToLiveMs(), limits.inactivityMs(),
                report), Reply.TokensMade.class).outcomes();
    }

    private static List<String> paths(List<TokenRequest> requests) {
        return requests.stream().map(TokenRequest::path).toList();
    }

    /** Uses tokens; those that were altered or come from another group are refused before the catalog is asked. */
    List<OffloadWriteResult> write(CallContext context, List<OffloadWrite> items) throws IOException {
        OffloadWriteResult[] results = new OffloadWriteResult[items.size()];
        List<Integer> asked = new ArrayList<>();
        List<TokenUse> uses = new ArrayList<>();
        for (int i = 0; i < results.length; i++) {
            OffloadWrite item = items.get(i);
            try {
                DecodedToken token = decode(item.token());
                uses.add(new TokenUse(token.claims().id(), token.key().digest().toBytes(), item.tokenOffset(),
                        item.length(), item.path(), options(item.options())));
                asked.add(i);
            } catch (BatonException e) {
                results[i] = new OffloadWriteResult.Refused(e.code(), e.getMessage());
            }
        }
        if (!uses.isEmpty()) {
            Reply.TokensUsed used = calls.submit(context, new Command.OffloadWrite(uses), Reply.TokensUsed.class);
            for (int n = 0; n < asked.size(); n++) {
                results[asked.get(n)] = toResult(used.outcomes().get(n));
            }
        }
        return List.of(results);
    }

    /** Ends a token. */
    void revoke(CallContext context, byte[] token) throws IOException {
        DecodedToken decoded = decode(token);
        calls.submit(context, new Command.RevokeToken(decoded.claims().id(),
                Optional.of(decoded.key().digest().toBytes())), Reply.Done.class);
    }

    /** What is known of a token. A wrong key is refused like a token that nobody has made. */
    TokenState state(byte[] token) throws IOException {
        DecodedToken decoded = decode(token);
        TokenInfo info = calls.read(reader -> reader.token(decoded.claims().id(), decoded.key().digest().toBytes(),
                calls.nowMs()));
        // a dead token no longer holds what it stood for; its MAC has shown that the claims are those of its key
        boolean tree = info.dead().isPresent() ? decoded.claims().representedBytes() == TokenClaims.UNKNOWN_BYTES
                : info.tree().isPresent();
        return new TokenState(info.token(), tree, info.lengthBytes(), info.creator(),
                info.createdMs(), info.expiresMs(), info.lastUsedMs() + info.inactivityMs(), info.dead());
    }

    static FileOptions options(CreateOptions options) {
        return new FileOptions(options.overwrite(), options.createParents(), options.mode(), options.umask(),
                options.blockBytes(), options.replication());
    }

    private DecodedToken decode(byte[] token) throws BatonException {
        DecodedToken decoded = TokenCodec.decode(token);
        if (decoded.claims().type() != TokenType.POINT_IN_TIME_PERSISTENT) {
            throw new BatonException(ErrorCode.TOKEN_UNSUPPORTED_TYPE, "tokens of type " + decoded.claims().type()
                    + " can't be written here; ask for a token of a file or tree");
        }
        if (!decoded.claims().group().equals(group)) {
            throw new BatonException(ErrorCode.TOKEN_UNKNOWN, "the token was made by " + decoded.claims().group()
                    + ", this is " + group + "; copies between groups are made by reading and writing");
        }
        return decoded;
    }

    private OffloadReadResult toResult(Reply.TokenOutcome outcome, TokenKey key) {
        if (outcome instanceof Reply.TokenMade made) {
            long represented = made.tree() ? TokenClaims.UNKNOWN_BYTES : made.representedBytes();
            byte[] token = TokenCodec.encode(new TokenClaims(TokenType.POINT_IN_TIME_PERSISTENT, group, made.token(),
                    represented, blockBytes), key);
            return new OffloadReadResult.Granted(token, made.representedBytes());
        }
        Reply.ItemRefused refused = (Reply.ItemRefused) outcome;
        return new OffloadReadResult.Refused(refused.code(), refused.message());
    }

    private static OffloadWriteResult toResult(Reply.UseOutcome outcome) {
        if (outcome instanceof Reply.TokenWritten written) {
            return new OffloadWriteResult.Written(written.info(), written.writtenBytes());
        }
        Reply.ItemRefused refused = (Reply.ItemRefused) outcome;
        return new OffloadWriteResult.Refused(refused.code(), refused.message());
    }
}
