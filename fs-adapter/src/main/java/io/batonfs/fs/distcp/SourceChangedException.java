package io.batonfs.fs.distcp;

import java.io.IOException;
import org.apache.hadoop.fs.Path;

/** The source is not the file any more that the copy began with. */
public final class SourceChangedException extends IOException {
    private static final long serialVersionUID = 1L;

    SourceChangedException(Path source, IOException cause) {
        super(source + " was replaced by another file while it was being copied; copying a part of the new one under"
                + " the length of the old one would be wrong. Copy it again.", cause);
    }
}
