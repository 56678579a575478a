package io.batonfs.protocol.rpc;

import io.batonfs.model.BatonException;
import io.batonfs.model.FileInfo;
import io.batonfs.model.FileKind;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.TreeTotals;
import io.batonfs.protocol.wire.RecordMessages.AttributeChangeProto;
import io.batonfs.protocol.wire.RecordMessages.CreateOptionsProto;
import io.batonfs.protocol.wire.RecordMessages.FileInfoProto;
import io.batonfs.protocol.wire.RecordMessages.FileKindProto;
import io.batonfs.protocol.wire.RecordMessages.TreeTotalsProto;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Files and directories: what they tell about themselves, and what is asked of them. Pure functions. */
final class FileRecords {

    private FileRecords() {
    }

    static FileInfoProto message(FileInfo info) {
        return FileInfoProto.newBuilder()
                .setFileId(info.fileId().value())
                .setName(info.name())
                .setKind(message(info.kind()))
                .setLengthBytes(info.lengthBytes())
                .setOwner(info.owner())
                .setGroup(info.group())
                .setMode(info.mode())
                .setModifiedMs(info.modifiedMs())
                .setAccessedMs(info.accessedMs())
                .setBlockBytes(info.blockBytes())
                .setReplication(info.replication())
                .setOpen(info.open())
                .setChildCount(info.childCount())
                .setHasAcl(info.hasAcl())
                .build();
    }

    static FileInfo info(boolean present, FileInfoProto message) throws MalformedMessageException {
        Fields.present(present, "what a file tells about itself");
        return info(message);
    }

    static FileInfo info(FileInfoProto message) throws MalformedMessageException {
        return new FileInfo(CallRecords.fileId(message.getFileId()), message.getName(), kind(message.getKind()),
                message.getLengthBytes(), message.getOwner(), message.getGroup(),
                Fields.count(message.getMode(), "mode"), message.getModifiedMs(), message.getAccessedMs(),
                message.getBlockBytes(), Fields.count(message.getReplication(), "replication"), message.getOpen(),
                message.getChildCount(), message.getHasAcl());
    }

    static FileKindProto message(FileKind kind) {
        return switch (kind) {
            case FILE -> FileKindProto.FILE_KIND_FILE;
            case DIRECTORY -> FileKindProto.FILE_KIND_DIRECTORY;
        };
    }

    static FileKind kind(FileKindProto kind) throws MalformedMessageException {
        return switch (kind) {
            case FILE_KIND_FILE -> FileKind.FILE;
            case FILE_KIND_DIRECTORY -> FileKind.DIRECTORY;
            case FILE_KIND_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknown("kind of file", kind);
        };
    }

    static CreateOptionsProto message(CreateOptions options) {
        return CreateOptionsProto.newBuilder()
                .setOverwrite(options.overwrite())
                .setCreateParents(options.createParents())
                .setMode(options.mode())
                .setUmask(options.umask())
                .setBlockBytes(options.blockBytes())
                .setReplication(options.replication())
                .build();
    }

    static CreateOptions options(boolean present, CreateOptionsProto message) throws MalformedMessageException {
        Fields.present(present, "how to make the file");
        return new CreateOptions(message.getOverwrite(), message.getCreateParents(),
                Fields.count(message.getMode(), "mode"), Fields.count(message.getUmask(), "umask"),
                message.getBlockBytes(), Fields.count(message.getReplication(), "replication"));
    }

    static AttributeChangeProto message(AttributeChange change) throws BatonException {
        AttributeChangeProto.Builder message = AttributeChangeProto.newBuilder();
        change.mode().ifPresent(message::setMode);
        if (change.owner().isPresent()) {
            message.setOwner(Fields.text(change.owner().get()));
        }
        if (change.group().isPresent()) {
            message.setGroup(Fields.text(change.group().get()));
        }
        change.modifiedMs().ifPresent(message::setModifiedMs);
        change.accessedMs().ifPresent(message::setAccessedMs);
        change.replication().ifPresent(message::setReplication);
        if (change.storagePolicy().isPresent()) {
            message.setStoragePolicy(Fields.text(change.storagePolicy().get()));
        }
        return message.build();
    }

    static AttributeChange change(boolean present, AttributeChangeProto message) throws MalformedMessageException {
        Fields.present(present, "what to change");
        return new AttributeChange(
                message.hasMode() ? OptionalInt.of(Fields.count(message.getMode(), "mode")) : OptionalInt.empty(),
                message.hasOwner() ? Optional.of(message.getOwner()) : Optional.empty(),
                message.hasGroup() ? Optional.of(message.getGroup()) : Optional.empty(),
                message.hasModifiedMs() ? OptionalLong.of(message.getModifiedMs()) : OptionalLong.empty(),
                message.hasAccessedMs() ? OptionalLong.of(message.getAccessedMs()) : OptionalLong.empty(),
                message.hasReplication() ? OptionalInt.of(Fields.count(message.getReplication(), "replication"))
                        : OptionalInt.empty(),
                message.hasStoragePolicy() ? Optional.of(message.getStoragePolicy()) : Optional.empty());
    }

    static TreeTotalsProto message(TreeTotals totals) {
        return TreeTotalsProto.newBuilder()
                .setFiles(totals.files())
                .setDirectories(totals.directories())
                .setLengthBytes(totals.lengthBytes())
                .setConsumedBytes(totals.consumedBytes())
                .build();
    }

    static TreeTotals totals(TreeTotalsProto message) {
        return new TreeTotals(message.getFiles(), message.getDirectories(), message.getLengthBytes(),
                message.getConsumedBytes());
    }
}
