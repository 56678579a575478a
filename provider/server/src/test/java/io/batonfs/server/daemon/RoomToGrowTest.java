package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import org.junit.jupiter.api.Test;

/** Files that fit one by one, and not together. */
class RoomToGrowTest {
    /** A file system with some room. */
    private static final class Small extends FileStore {
        private final long usableBytes;

        Small(long usableBytes) {
            this.usableBytes = usableBytes;
        }

        @Override
        public String name() {
            return "small";
        }

        @Override
        public String type() {
            return "none";
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public long getTotalSpace() {
            return usableBytes;
        }

        @Override
        public long getUsableSpace() {
            return usableBytes;
        }

        @Override
        public long getUnallocatedSpace() {
            return usableBytes;
        }

        @Override
        public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
            return false;
        }

        @Override
        public boolean supportsFileAttributeView(String name) {
            return false;
        }

        @Override
        public <V extends FileStoreAttributeView> V getFileStoreAttributeView(Class<V> type) {
            return null;
        }

        @Override
        public Object getAttribute(String attribute) {
            throw new UnsupportedOperationException(attribute);
        }
    }

    @Test
    void filesOfAFileSystemCountTogetherAndSomeIsLeft() throws IOException {
        FileStore first = new Small(RoomToGrow.RESERVE_BYTES + 1000);
        FileStore second = new Small(RoomToGrow.RESERVE_BYTES + 1000);
        RoomToGrow room = new RoomToGrow();
        room.add(first, 600);
        room.add(second, 1000);
        room.check();
        room.add(first, 400);
        room.check();
        room.add(first, 1);
        assertEquals(ErrorCode.NO_SPACE, assertThrows(BatonException.class, room::check).code());
    }
}
