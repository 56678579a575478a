package io.batonfs.server.frontend;

import io.batonfs.catalog.OpenFile;
import io.batonfs.catalog.Reply;
import io.batonfs.model.Extent;
import io.batonfs.model.FileInfo;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.Route;
import io.batonfs.protocol.ReadGrant;
import io.batonfs.protocol.WriteGrant;
import io.batonfs.server.grants.Grant;
import io.batonfs.server.grants.GrantResolver;
import io.batonfs.server.grants.ResumeKeys;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
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

    /**
     * Renews a key to a content by itself.
     *
     * @param seen    the file as it was opened
     * @param content the content at this moment
     */
    ReadGrant renewed(FileInfo seen, Grant shown, GrantResolver.Granted content, List<Route> routes)
            throws IOException {
        long expiresSeconds = expiresSeconds();
        ResumeKey key = resumeKeys.sign(shown.renewed(expiresSeconds));
        return new ReadGrant(seen, content.slices(), content.extents(), Optional.empty(), geometry, routes,
                new ReadGrant.ReadKeys(key, Optional.empty()), expiresSeconds * 1000);
    }

    /** Proves a key that is to be renewed, late by its own life at most. */
    Grant prove(ResumeKey key) throws IOException {
        return resumeKeys.prove(key, lifeMs / 1000);
    }

    private long expiresSeconds() {
        return (clock.millis() + lifeMs) / 1000;
    }
}
