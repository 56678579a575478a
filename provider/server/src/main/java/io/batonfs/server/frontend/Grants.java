package io.batonfs.server.frontend;

import io.batonfs.catalog.OpenFile;
import io.batonfs.catalog.Reply;
import io.batonfs.model.Extent;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ResumeKey;
import io.batonfs.protocol.ReadGrant;
import io.batonfs.protocol.WriteGrant;
import io.batonfs.server.grants.Grant;
import io.batonfs.server.grants.ResumeKeys;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;

/** Turns what the catalog says into what clients are handed, with resume keys. Thread-safe. */
final class Grants {
    private final ResumeKeys resumeKeys;
    private final PageGeometry geometry;
    private final long lifeMs;
    private final Clock clock;

    Grants(ResumeKeys resumeKeys, PageGeometry geometry, long lifeMs, Clock clock) {
        this.resumeKeys = resumeKeys;
        this.geometry = geometry;
        this.lifeMs = lifeMs;
        this.clock = clock;
    }

    WriteGrant toWrite(Reply.WriteGranted granted) throws IOException {
        long expiresSeconds = expiresSeconds();
        Extent extent = granted.extent();
        ResumeKey key = resumeKeys.sign(Grant.writeExtent(extent.id(), extent.writeEpoch(), expiresSeconds));
        return new WriteGrant(granted.file(), granted.lease(), granted.offset(), extent, geometry, granted.routes(), key,
                expiresSeconds * 1000);
    }

    ReadGrant toRead(OpenFile file) throws IOException {
        long expiresSeconds = expiresSeconds();
        ResumeKey content = resumeKeys.sign(Grant.readContent(file.content(), expiresSeconds));
        Optional<ResumeKey> open = Optional.empty();
        if (file.openExtent().isPresent()) {
            open = Optional.of(resumeKeys.sign(Grant.readExtent(file.openExtent().get().id(), expiresSeconds)));
        }
        return new ReadGrant(file.info(), file.slices(), file.extents(), file.openExtent(), geometry, file.routes(),
                new ReadGrant.ReadKeys(content, open), expiresSeconds * 1000);
    }

    private long expiresSeconds() {
        return (clock.millis() + lifeMs) / 1000;
    }
}
