package io.batonfs.protocol;

import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import java.util.Objects;

/** What became of one item of an offload write. */
public sealed interface OffloadWriteResult {

    /**
     * It is in place, whole, for every observer.
     *
     * @param info         the new file or directory
     * @param writtenBytes bytes of the file; 0 for a tree
     */
    record Written(FileInfo info, long writtenBytes) implements OffloadWriteResult {
    }

    /** Nothing was changed; another mechanism may be tried (TOK-15). */
    record Refused(ErrorCode code, String message) implements OffloadWriteResult {

        /** Checks for nulls. */
        public Refused {
            Objects.requireNonNull(code, "code");
            Objects.requireNonNull(message, "message");
        }
    }
}
