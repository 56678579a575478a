package io.batonfs.fs;

import io.batonfs.fs.HadoopErrors.Doing;
import io.batonfs.model.BatonException;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.TokenLimits;
import io.batonfs.protocol.TokenState;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Tokens of one group as things to keep and to hand on: 512 bytes that stand for a range of a file, or for a tree, as it
 * was when the token was made (TOK-4). Whoever has the bytes may use the token: keep them as you keep a password. Failures
 * are those of {@link BatonFileSystem}, with Baton's own as their cause. Thread-safe.
 */
public final class OffloadTokens {
    private final BatonFileSystem fs;
    private final GroupCalls group;

    /** Tokens of an open file system's group. */
    OffloadTokens(BatonFileSystem fs, GroupCalls group) {
        this.fs = fs;
        this.group = group;
    }

    /**
     * Makes a token; the caller must be allowed to read what it stands for.
     *
     * @param offset first byte of a file; 0 for a directory
     * @param length bytes, or -1 for all; -1 for a directory
     * @param limits how long it lives; the group cuts them to its bounds
     */
    public OffloadReadResult.Granted create(Path source, long offset, long length, TokenLimits limits)
            throws IOException {
        String path = fs.pathOf(source);
        return group.call(path, Doing.READING, client -> {
            OffloadRead item = new OffloadRead(path, Optional.empty(), offset, length);
            OffloadReadResult result = client.offloadRead(List.of(item), limits).get(0);
            if (result instanceof OffloadReadResult.Refused refused) {
                throw new BatonException(refused.code(), refused.message());
            }
            return (OffloadReadResult.Granted) result;
        });
    }

    /**
     * Makes a file, or a tree, of what a token stands for. The parent must be there.
     *
     * @param offset    first byte of the token's range; 0 for a tree
     * @param length    bytes, or -1 for all from there on; -1 for a tree
     * @param overwrite whether what is there is replaced, atomically
     */
    public OffloadWriteResult.Written use(byte[] token, long offset, long length, Path destination, boolean overwrite)
            throws IOException {
        String path = fs.newPathOf(destination);
        CreateModes modes = fs.fileModes(FsPermission.getFileDefault());
        CreateOptions options = new CreateOptions(overwrite, false, modes.mode(), modes.umask(),
                fs.getDefaultBlockSize(destination), fs.getDefaultReplication(destination));
        return group.call(path, Doing.MAKING_A_FILE, client -> {
            OffloadWrite item = new OffloadWrite(token, offset, length, path, options);
            OffloadWriteResult result = client.offloadWrite(List.of(item)).get(0);
            if (result instanceof OffloadWriteResult.Refused refused) {
                throw new BatonException(refused.code(), refused.message());
            }
            return (OffloadWriteResult.Written) result;
        });
    }

    /** What the group knows of a token. */
    public TokenState state(byte[] token) throws IOException {
        return group.call("the token", Doing.OTHER, client -> client.tokenState(token));
    }

    /** Ends a token at once; a transfer that runs with it is broken off. */
    public void revoke(byte[] token) throws IOException {
        group.call("the token", Doing.OTHER, client -> {
            client.revokeToken(token);
            return null;
        });
    }
}
