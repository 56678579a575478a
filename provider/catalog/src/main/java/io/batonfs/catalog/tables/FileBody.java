package io.batonfs.catalog.tables;

import io.batonfs.model.ContentId;
import java.util.Objects;

/**
 * What makes a node a file.
 *
 * @param content     its slices
 * @param lengthBytes bytes of the content
 */
public record FileBody(ContentId content, long lengthBytes) {

    /** Checks for nulls. */
    public FileBody {
        Objects.requireNonNull(content, "content");
    }

    void write(ByteWriter out) {
        out.id(content).i64(lengthBytes);
    }

    static FileBody read(ByteReader in) {
        return new FileBody(new ContentId(in.i64()), in.i64());
    }
}
