package io.batonfs.fs;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.PathIOException;
import org.apache.hadoop.fs.PathIsDirectoryException;
import org.apache.hadoop.fs.PathIsNotEmptyDirectoryException;
import org.apache.hadoop.security.AccessControlException;

/**
 * Baton's errors as the exceptions that Hadoop's callers expect; the cause keeps the code.
 *
 * <table>
 * <caption>Codes and exceptions</caption>
 * <tr><th>code</th><th>exception</th></tr>
 * <tr><td>NOT_FOUND</td><td>FileNotFoundException</td></tr>
 * <tr><td>ALREADY_EXISTS</td><td>FileAlreadyExistsException</td></tr>
 * <tr><td>NOT_A_DIRECTORY</td><td>FileNotFoundException where something was to be looked at (there is nothing below a
 *     file), else ParentNotDirectoryException</td></tr>
 * <tr><td>IS_A_DIRECTORY</td><td>FileAlreadyExistsException where a file was to be made, FileNotFoundException where one
 *     was to be read (as in HDFS), else PathIsDirectoryException</td></tr>
 * <tr><td>NOT_EMPTY</td><td>PathIsNotEmptyDirectoryException</td></tr>
 * <tr><td>PERMISSION_DENIED</td><td>AccessControlException</td></tr>
 * <tr><td>LEASE_HELD</td><td>AlreadyBeingCreatedException, where HDFS's client is there</td></tr>
 * <tr><td>UNSUPPORTED</td><td>UnsupportedOperationException (thrown, as FileSystem's own defaults do)</td></tr>
 * <tr><td>all others</td><td>PathIOException</td></tr>
 * </table>
 */
final class HadoopErrors {

    /** What was being done to the path, where Hadoop's exception depends on it. */
    enum Doing {
        /** A file was to be made. */
        MAKING_A_FILE,
        /** Something was to be looked at. */
        READING,
        /** Anything else. */
        OTHER
    }

    private HadoopErrors() {
    }

    /** As {@link #translate(String, IOException, Doing)} for {@link Doing#OTHER}. */
    static IOException translate(String path, IOException failure) {
        return translate(path, failure, Doing.OTHER);
    }

    /**
     * The exception to throw for a failure; what isn't Baton's own is handed through.
     *
     * @throws UnsupportedOperationException for UNSUPPORTED
     */
    static IOException translate(String path, IOException failure, Doing doing) {
        if (!(failure instanceof BatonException)) {
            return failure;
        }
        ErrorCode code = ((BatonException) failure).code();
        String message = failure.getMessage();
        switch (code) {
            case NOT_FOUND:
                return caused(new FileNotFoundException(doing == Doing.READING ? missing(path) : message), failure);
            case ALREADY_EXISTS:
                return caused(new FileAlreadyExistsException(message), failure);
            case NOT_A_DIRECTORY:
                return caused(doing == Doing.READING
                        ? new FileNotFoundException(missing(path))
                        : new ParentNotDirectoryException(message), failure);
            case IS_A_DIRECTORY:
                return caused(ofDirectory(path, message, doing), failure);
            case NOT_EMPTY:
                return caused(new PathIsNotEmptyDirectoryException(path), failure);
            case PERMISSION_DENIED:
                return caused(new AccessControlException(message), failure);
            case LEASE_HELD:
                return HdfsExceptions.leaseHeld(failure).orElseGet(() -> other(path, code, failure));
            case UNSUPPORTED:
                throw new UnsupportedOperationException(message, failure);
            default:
                return other(path, code, failure);
        }
    }

    private static IOException other(String path, ErrorCode code, IOException failure) {
        return new PathIOException(path, code.toString(), failure);
    }

    /** In the words of HDFS, which people look for in logs. */
    static String missing(String path) {
        return "File does not exist: " + path;
    }

    /** Likewise. */
    static String notAFile(String path) {
        return "Path is not a file: " + path;
    }

    private static IOException ofDirectory(String path, String message, Doing doing) {
        switch (doing) {
            case MAKING_A_FILE:
                return new FileAlreadyExistsException(message);
            case READING:
                return new FileNotFoundException(notAFile(path));
            default:
                return new PathIsDirectoryException(path);
        }
    }

    private static IOException caused(IOException translated, IOException cause) {
        translated.initCause(cause);
        return translated;
    }
}
