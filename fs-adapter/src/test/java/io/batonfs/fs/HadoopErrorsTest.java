package io.batonfs.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.fs.HadoopErrors.Doing;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.PathIOException;
import org.apache.hadoop.fs.PathIsDirectoryException;
import org.apache.hadoop.fs.PathIsNotEmptyDirectoryException;
import org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HadoopErrorsTest {
    private static final Map<ErrorCode, Class<?>> OWN = Map.of(
            ErrorCode.NOT_FOUND, FileNotFoundException.class,
            ErrorCode.ALREADY_EXISTS, FileAlreadyExistsException.class,
            ErrorCode.NOT_A_DIRECTORY, ParentNotDirectoryException.class,
            ErrorCode.IS_A_DIRECTORY, PathIsDirectoryException.class,
            ErrorCode.NOT_EMPTY, PathIsNotEmptyDirectoryException.class,
            ErrorCode.PERMISSION_DENIED, AccessControlException.class,
            ErrorCode.LEASE_HELD, AlreadyBeingCreatedException.class);

    @ParameterizedTest
    @EnumSource(value = ErrorCode.class, mode = EnumSource.Mode.EXCLUDE, names = "UNSUPPORTED")
    void everyCodeHasAnExceptionThatKeepsIt(ErrorCode code) {
        BatonException failure = new BatonException(code, "because of that");

        IOException translated = HadoopErrors.translate("/a/b", failure);

        assertEquals(OWN.getOrDefault(code, PathIOException.class), translated.getClass());
        assertSame(failure, translated.getCause());
        assertTrue(translated.getMessage().contains("because of that") || translated.getMessage().contains("/a/b"));
    }

    @Test
    void whatIsUnsupportedIsThrownAsFileSystemsDo() {
        BatonException failure = new BatonException(ErrorCode.UNSUPPORTED, "not yet");

        assertEquals("not yet", assertThrows(UnsupportedOperationException.class,
                () -> HadoopErrors.translate("/a", failure)).getMessage());
    }

    @Test
    void directoriesInTheWayOfFilesAreToldAsInHdfs() {
        BatonException failure = new BatonException(ErrorCode.IS_A_DIRECTORY, "a directory");

        assertEquals(FileAlreadyExistsException.class,
                HadoopErrors.translate("/a", failure, Doing.MAKING_A_FILE).getClass());
        assertEquals(FileNotFoundException.class, HadoopErrors.translate("/a", failure, Doing.READING).getClass());
    }

    @Test
    void nothingIsBelowAFile() {
        BatonException failure = new BatonException(ErrorCode.NOT_A_DIRECTORY, "a file");

        assertEquals(FileNotFoundException.class, HadoopErrors.translate("/a/b", failure, Doing.READING).getClass());
    }

    @Test
    void othersAreHandedThrough() {
        IOException failure = new IOException("network");

        assertSame(failure, HadoopErrors.translate("/a", failure));
    }
}
