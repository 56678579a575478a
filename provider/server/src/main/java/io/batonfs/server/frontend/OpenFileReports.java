package io.batonfs.server.frontend;

import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.LeaseInfo;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a command that freezes open files with a report of their lengths (CAT-5), anew as long as the catalog answers
 * that the report misses one. Thread-safe.
 */
final class OpenFileReports {
    /** A writer that opens a file in each round is met in the next; so many in a row mean that the path never rests. */
    private static final int ROUNDS = 20;

    private final CatalogCalls calls;
    private final ExtentOwners owners;
    private final RoundPause pause;

    OpenFileReports(CatalogCalls calls, ExtentOwners owners, RoundPause pause) {
        this.calls = calls;
        this.owners = owners;
        this.pause = pause;
    }

    /** What to run with a report. */
    @FunctionalInterface
    interface Freezing<T> {
        /**
         * Runs the command.
         *
         * @throws BatonException AGAIN if the report misses an open extent
         */
        T with(List<ExtentLength> report) throws IOException;
    }

    /** Collects a report of all open files at or below the paths and runs the command with it. */
    <T> T freeze(List<String> paths, Freezing<T> freezing) throws IOException {
        for (int round = 1; ; round++) {
            try {
                return freezing.with(collect(paths));
            } catch (BatonException e) {
                if (e.code() != ErrorCode.AGAIN || round == ROUNDS) {
                    throw e;
                }
            }
            pause.after(round);
        }
    }

    /** The lengths of all open files at or below the paths; those whose owners can't be reached now are left out. */
    List<ExtentLength> collect(List<String> paths) throws IOException {
        return owners.lengths(leasesBelow(paths));
    }

    private List<LeaseInfo> leasesBelow(List<String> paths) throws IOException {
        return calls.read(reader -> {
            Map<Long, LeaseInfo> byFile = new LinkedHashMap<>();
            for (String path : paths) {
                for (LeaseInfo lease : reader.leasesBelow(path)) {
                    byFile.putIfAbsent(lease.file().value(), lease);
                }
            }
            return new ArrayList<>(byFile.values());
        });
    }
}
