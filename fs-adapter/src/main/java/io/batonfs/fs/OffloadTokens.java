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
import java.util.ArrayList;
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
     * Makes tokens of whole files, in one call for many: for who copies them one after the other right away, since they
     * don't live long.
     *
     * @return one for each file, in their order; empty for one that has none, as it is being written or was just now
     */
    public List<Optional<FileToken>> ofFiles(List<Path> files) throws IOException {
        List<OffloadRead> items = new ArrayList<>(files.size());
        for (Path file : files) {
            items.add(OffloadRead.ofFileAtRest(fs.pathOf(file)));
        }
        return group.call("several files", Doing.READING, client -> client.offloadRead(items)).stream()
                .map(OffloadTokens::ofFile).toList();
    }

    private static Optional<FileToken> ofFile(OffloadReadResult result) {
        return result instanceof OffloadReadResult.Granted granted
                ? granted.file().map(file -> new FileToken(file, granted.token())) : Optional.empty();
    }

    /**
     * Makes a file of the whole that a token stands for. A file at the destination is replaced; missing parents are made.
     *
     * @param permission the umask is applied to it, unless the parent has a default ACL
     */
    public BatonFileStatus use(
            FileToken token, Path destination, FsPermission permission, short replication, long blockSize)
            throws IOException {
        fs.countWrite(Operation.COPY_BY_TOKEN);
        CreateModes modes = fs.fileModes(permission);
        OffloadWriteResult.Written written = use(token.token(), 0, -1, fs.newPathOf(destination),
                new CreateOptions(true, true, modes.mode(), modes.umask(), blockSize, replication));
        return new BatonFileStatus(written.info(), fs.makeQualified(destination));
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
        CreateModes modes = fs.fileModes(FsPermission.getFileDefault());
        return use(token, offset, length, fs.newPathOf(destination), new CreateOptions(overwrite, false, modes.mode(),
                modes.umask(), fs.getDefaultBlockSize(destination), fs.getDefaultReplication(destination)));
    }

    private OffloadWriteResult.Written use(byte[] token, long offset, long length, String path, CreateOptions options)
            throws IOException {
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
