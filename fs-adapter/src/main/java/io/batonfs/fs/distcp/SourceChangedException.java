package io.batonfs.fs.distcp;

import java.io.IOException;
import org.apache.hadoop.fs.Path;

/** The source is not what it was when its copy began. Nothing of the attempt is left at the target. */
public final class SourceChangedException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * The refusal of a copy.
     *
     * @param what  what has happened to the source, to follow its name
     * @param cause what told; null if it was a look at the source
     */
    SourceChangedException(Path source, String what, Throwable cause) {
        super(source + " " + what + " while it was being copied; a mixture of both, or a part of one under the length of"
                + " the other, would be wrong, so this copy is refused. Copy it again when it is at rest, or clone or"
                + " snapshot its directory and copy from there.", cause);
    }
}
