package io.batonfs.server.frontend;

import io.batonfs.catalog.OpenFile;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ContentId;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.Route;
import io.batonfs.protocol.ReadGrant;
import io.batonfs.server.grants.Grant;
import io.batonfs.server.grants.GrantKind;
import io.batonfs.server.grants.GrantResolver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Renews the right to read an open file (CAT-12): by its path, by its file id, and at last by the content that its key
 * names. The catalog finds no closed file by its id unless it is tracked, so that the last way can't look at the modes
 * again; it is closed after a number of renewals, which bounds what a client gains that only pretends that its path is
 * gone. Thread-safe.
 */
final class Reopening {
    /** At three quarters of ten minutes each: 18 hours. */
    static final int RENEWALS_BY_KEY = 144;

    private final CatalogCalls calls;
    private final Grants grants;
    private final GrantResolver resolver;

    Reopening(CatalogCalls calls, Grants grants, GrantResolver resolver) {
        this.calls = calls;
        this.grants = grants;
        this.resolver = resolver;
    }

    /** See {@link io.batonfs.protocol.CatalogService#reopen}. */
    ReadGrant reopen(Caller caller, String path, FileInfo seen, ResumeKey key) throws IOException {
        Optional<OpenFile> file = sameFile(caller, path, seen.fileId());
        if (file.isEmpty()) {
            Optional<String> present = calls.read(reader -> reader.pathOf(seen.fileId()));
            file = present.isEmpty() ? file : sameFile(caller, present.get(), seen.fileId());
        }
        return file.isPresent() ? grants.toRead(file.get()) : byContent(path, seen, key);
    }

    private Optional<OpenFile> sameFile(Caller caller, String path, FileId file) throws IOException {
        return calls.read(reader -> {
            try {
                Optional<FileInfo> there = reader.status(caller, path);
                return there.isPresent() && there.get().fileId().equals(file) && !there.get().isDirectory()
                        ? Optional.of(reader.open(caller, path)) : Optional.empty();
            } catch (BatonException e) {
                if (e.code() == ErrorCode.NOT_FOUND || e.code() == ErrorCode.NOT_A_DIRECTORY) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    private ReadGrant byContent(String path, FileInfo seen, ResumeKey key) throws IOException {
        Grant shown = grants.prove(key);
        if (shown.kind() != GrantKind.READ_CONTENT || shown.renewals() >= RENEWALS_BY_KEY) {
            throw new BatonException(ErrorCode.KEY_REFUSED, path + " is no longer the file that was opened, and its key "
                    + "can't be renewed without it any more; open the file by its present name");
        }
        try {
            GrantResolver.Granted content = resolver.content(new ContentId(shown.subject()));
            List<Route> routes = new ArrayList<>();
            for (Extent extent : content.extents()) {
                routes.addAll(resolver.routes(extent.pages()));
            }
            return grants.renewed(seen, shown, content, routes);
        } catch (BatonException e) {
            if (e.code() != ErrorCode.NO_SUCH_EXTENT) {
                throw e;
            }
            boolean replaced = calls.read(reader -> reader.status(calls.superuser(), path)).isPresent();
            throw new BatonException(replaced ? ErrorCode.FILE_CHANGED : ErrorCode.NOT_FOUND, path + (replaced
                    ? " was replaced by another file while it was read, and what was opened is gone; open it again"
                    : " was deleted while it was read, and its data is gone"), e);
        }
    }
}
