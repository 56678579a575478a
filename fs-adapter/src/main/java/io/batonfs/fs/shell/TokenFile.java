package io.batonfs.fs.shell;

import io.batonfs.client.TokenSummary;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * A local file for a token, which only its owner may read or write from the moment it is there: whoever reads the token
 * may use it. Made before the token is, so that no token is made that can't be kept; taken away again if it stays empty.
 */
final class TokenFile implements Closeable {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final Path path;
    private final SeekableByteChannel channel;
    private boolean kept;

    private TokenFile(Path path, SeekableByteChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Makes a file.
     *
     * @throws IOException if there is one already: a token is never overwritten, since nothing could bring it back
     */
    static TokenFile create(Path path) throws IOException {
        try {
            return new TokenFile(path, Files.newByteChannel(path,
                    EnumSet.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                    PosixFilePermissions.asFileAttribute(OWNER_ONLY)));
        } catch (FileAlreadyExistsException e) {
            throw new IOException(path + " is there already, and a token in it would be lost: name a new file", e);
        } catch (NoSuchFileException e) {
            throw new IOException("the directory of " + path + " does not exist: make it first", e);
        }
    }

    /** Writes the token, once. */
    void keep(byte[] token) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(token);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        kept = true;
    }

    /** Closes the file, and deletes it if it has no token. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (!kept) {
            Files.delete(path);
        }
    }

    /** Reads a token; of a longer file, which has none, one byte more than a token has. */
    static byte[] read(Path path) throws IOException {
        try (InputStream input = Files.newInputStream(path)) {
            return input.readNBytes(TokenSummary.TOKEN_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new IOException(path + " does not exist: name the local file that \"token create\" wrote", e);
        }
    }
}
