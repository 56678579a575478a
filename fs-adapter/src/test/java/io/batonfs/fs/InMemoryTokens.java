package io.batonfs.fs;

import io.batonfs.fs.InMemoryGroup.Node;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tokens of whole files of an {@link InMemoryGroup}, each with a copy of the bytes of its moment. Off until {@link
 * #allow}, as in a group that makes none for many files at once. Guarded by the group.
 */
public final class InMemoryTokens {
    private static final int TOKEN_BYTES = 512;

    private final InMemoryGroup group;
    private final Map<Long, Frozen> made = new HashMap<>();
    private boolean allowed;
    private boolean dead;
    private int calls;
    private int uses;

    InMemoryTokens(InMemoryGroup group) {
        this.group = group;
    }

    /** What a token stands for. */
    record Frozen(String source, byte[] bytes) {
    }

    /** Makes tokens from now on. */
    public void allow() {
        synchronized (group) {
            allowed = true;
        }
    }

    /** Ends all tokens, also those to come. */
    public void kill() {
        synchronized (group) {
            dead = true;
        }
    }

    /** Calls for tokens so far. */
    public int calls() {
        synchronized (group) {
            return calls;
        }
    }

    /** Files made of tokens so far. */
    public int uses() {
        synchronized (group) {
            return uses;
        }
    }

    List<OffloadReadResult> make(List<OffloadRead> items) {
        synchronized (group) {
            if (!allowed) {
                throw new UnsupportedOperationException("this group makes no tokens for many files at once");
            }
            calls++;
            List<OffloadReadResult> results = new ArrayList<>();
            for (OffloadRead item : items) {
                try {
                    results.add(make(item));
                } catch (BatonException e) {
                    results.add(new OffloadReadResult.Refused(e.code(), e.getMessage()));
                }
            }
            return results;
        }
    }

    private OffloadReadResult make(OffloadRead item) throws BatonException {
        Node file = group.needFile(item.path());
        long number = made.size() + 1;
        made.put(number, new Frozen(item.path(), file.range(0, file.length)));
        byte[] token = ByteBuffer.allocate(TOKEN_BYTES).putLong(number).array();
        return new OffloadReadResult.Granted(
                token, file.length, Optional.of(file.info(InMemoryGroup.nameOf(item.path()))));
    }

    Frozen use(OffloadWrite item) throws BatonException {
        synchronized (group) {
            if (dead) {
                throw new BatonException(ErrorCode.TOKEN_EXPIRED, "the test has ended the token");
            }
            uses++;
            return made.get(ByteBuffer.wrap(item.token()).getLong());
        }
    }
}
