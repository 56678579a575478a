package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.TokenLimits;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Offload reads and writes, split into calls of bounded size, and the copy made of one of each. Thread-safe. */
final class Offloads {
    private final Calls calls;
    private final ClientConfig config;
    private final Traffic traffic;

    Offloads(Calls calls, ClientConfig config, Traffic traffic) {
        this.calls = calls;
        this.config = config;
        this.traffic = traffic;
    }

    /** With the limits of tokens that a copy makes for itself. */
    List<OffloadReadResult> read(List<OffloadRead> items) throws IOException {
        return read(items, new TokenLimits(config.tokenLifeMs(), config.tokenInactivityMs()));
    }

    List<OffloadReadResult> read(List<OffloadRead> items, TokenLimits limits) throws IOException {
        return batched(items,
                part -> calls.catalog((catalog, context) -> catalog.offloadRead(context, part, limits)),
                OffloadReadResult.Refused::new);
    }

    List<OffloadWriteResult> write(List<OffloadWrite> items) throws IOException {
        List<OffloadWriteResult> results = batched(items,
                part -> calls.catalog((catalog, context) -> catalog.offloadWrite(context, part)),
                OffloadWriteResult.Refused::new);
        for (OffloadWriteResult result : results) {
            if (result instanceof OffloadWriteResult.Written written) {
                traffic.offloaded(written.writtenBytes());
            }
        }
        return results;
    }

    /** A failure of the first call is thrown; one of a later call is the result of its items, since others have theirs. */
    private <I, R> List<R> batched(List<I> items, Batch<I, R> batch, BiFunction<ErrorCode, String, R> refused)
            throws IOException {
        List<R> results = new ArrayList<>(items.size());
        for (int from = 0; from < items.size(); from += config.offloadBatchItems()) {
            List<I> part = List.copyOf(items.subList(from, Math.min(items.size(), from + config.offloadBatchItems())));
            try {
                List<R> answers = batch.run(part);
                if (answers.size() != part.size()) {
                    throw new BatonException(ErrorCode.INTERNAL, "the catalog answered " + answers.size() + " of "
                            + part.size() + " items of an offload");
                }
                results.addAll(answers);
            } catch (IOException e) {
                if (from == 0 || e instanceof InterruptedIOException) {
                    throw e;
                }
                BatonException why = Failures.coded(e, "offloading");
                part.forEach(item -> results.add(refused.apply(why.code(), why.getMessage())));
            }
        }
        return results;
    }

    /** See {@link BatonClient#copyByToken}. */
    FileInfo copy(
            String source, Optional<FileId> expectedId, long offset, long length, String destination,
            CreateOptions options) throws IOException {
        OffloadReadResult read = read(List.of(new OffloadRead(source, expectedId, offset, length))).get(0);
        if (read instanceof OffloadReadResult.Refused refused) {
            throw new BatonException(refused.code(),
                    "no token for " + source + ": " + refused.message() + "; copy it the ordinary way");
        }
        OffloadReadResult.Granted granted = (OffloadReadResult.Granted) read;
        if (length >= 0 && granted.representedBytes() != length) {
            throw new BatonException(ErrorCode.FILE_CHANGED, "the token for " + source + " stands for "
                    + granted.representedBytes() + " bytes from " + offset + " on and not for " + length
                    + ": the file is shorter than it was, or too long for one token; list it again");
        }
        OffloadWriteResult written =
                write(List.of(new OffloadWrite(granted.token(), 0, length, destination, options))).get(0);
        if (written instanceof OffloadWriteResult.Refused refused) {
            throw new BatonException(refused.code(), "the token of " + source + " could not be written to "
                    + destination + ": " + refused.message() + "; copy it the ordinary way");
        }
        return ((OffloadWriteResult.Written) written).info();
    }

    private interface Batch<I, R> {
        List<R> run(List<I> part) throws IOException;
    }
}
