package io.batonfs.server.frontend;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.Reply;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileId;
import io.batonfs.protocol.WrittenExtent;
import java.io.IOException;
import java.util.List;

/**
 * Ends the lease of a writer that has gone away (CAT-10): the catalog raises the extent's write epoch, the owner is made
 * to refuse older writers, and only then says how much it holds; that much is committed and the file closed. Each step
 * may be repeated, so a recovery that was cut short is simply begun again. Thread-safe.
 */
final class LeaseRecovery {
    private final CatalogCalls calls;
    private final ExtentOwners owners;

    LeaseRecovery(CatalogCalls calls, ExtentOwners owners) {
        this.calls = calls;
        this.owners = owners;
    }

    /**
     * Recovers one file.
     *
     * @param force whether to do so before the writer's soft limit has passed
     * @throws BatonException LEASE_HELD if the writer is alive and {@code force} is not set; UNREACHABLE if the extent's
     *                        owner can't be asked now
     */
    void recover(FileId file, boolean force) throws IOException {
        Reply reply = calls.submitOwn(new Command.StartRecovery(file, force), Reply.class);
        if (reply instanceof Reply.RecoveryStarted started) {
            ExtentLength held = owners.fence(started.extent(), started.routes());
            if (held.lengthBytes() < started.committedBytes()) {
                throw new BatonException(ErrorCode.DATA_LOST, started.extent().id() + " holds " + held.lengthBytes()
                        + " bytes of " + started.committedBytes() + " that were committed; check the devices of "
                        + ExtentOwners.owner(started.routes()) + " and try again");
            }
            owners.seal(started.extent(), started.routes(),
                    new WrittenExtent(held.extent(), held.lengthBytes(), held.crc32c()), true);
            calls.submitOwn(new Command.FinishRecovery(file, started.recovery(), held,
                    List.of(ExtentOwners.owner(started.routes()))), Reply.FileClosed.class);
        }
    }
}
