package io.batonfs.protocol.rpc;

import io.batonfs.model.FileInfo;
import io.batonfs.model.FileKind;
import io.batonfs.protocol.ListPage;
import io.batonfs.protocol.wire.CatalogMessages.ListReply;
import io.batonfs.protocol.wire.CatalogMessages.ListedEntries;
import io.batonfs.protocol.wire.CatalogMessages.ListedLook;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.hadoop.thirdparty.protobuf.ByteString;
import org.apache.hadoop.thirdparty.protobuf.InvalidProtocolBufferException;

/** Parts of directories. Pure functions. */
final class ListRecords {
    /** One object, by which a page knows that it was made before. */
    private static final Function<ListPage, ByteString> ENTRIES = page -> entries(page.entries()).toByteString();

    private ListRecords() {
    }

    static ListReply message(ListPage page) {
        ListReply.Builder reply = ListReply.newBuilder().setEntries(page.sent(ENTRIES)).setMore(page.more());
        page.of().ifPresent(kind -> reply.setOf(FileRecords.message(kind)));
        return reply.build();
    }

    private static ListedEntries entries(List<FileInfo> infos) {
        ListedEntries.Builder message = ListedEntries.newBuilder();
        Map<Look, Integer> looks = new HashMap<>();
        long fileId = 0;
        long modifiedMs = 0;
        for (FileInfo info : infos) {
            Look its = Look.of(info);
            Integer look = looks.get(its);
            if (look == null) {
                look = looks.size();
                looks.put(its, look);
                message.addLooks(its.message());
            }
            message.addLook(look)
                    .addName(info.name())
                    .addFileId(info.fileId().value() - fileId)
                    .addSize(info.isDirectory() ? info.childCount() : info.lengthBytes())
                    .addModifiedMs(info.modifiedMs() - modifiedMs)
                    .addAccessedMs(info.accessedMs() - info.modifiedMs());
            fileId = info.fileId().value();
            modifiedMs = info.modifiedMs();
        }
        return message.build();
    }

    static ListPage page(ListReply message) throws MalformedMessageException {
        ListedEntries entries;
        try {
            entries = ListedEntries.parseFrom(message.getEntries());
        } catch (InvalidProtocolBufferException e) {
            throw new MalformedMessageException("entries of a directory: " + e.getMessage(), e);
        }
        List<FileInfo> infos = infos(entries);
        if (!message.hasOf()) {
            return ListPage.ofUnknown(infos, message.getMore());
        }
        if (FileRecords.kind(message.getOf()) == FileKind.DIRECTORY) {
            return new ListPage(infos, message.getMore());
        }
        Fields.present(infos.size() == 1 && !infos.get(0).isDirectory() && !message.getMore(),
                "the one file of the listing of a file");
        return ListPage.ofFile(infos.get(0));
    }

    private static List<FileInfo> infos(ListedEntries entries) throws MalformedMessageException {
        int count = entries.getNameCount();
        Fields.present(entries.getLookCount() == count && entries.getFileIdCount() == count
                && entries.getSizeCount() == count && entries.getModifiedMsCount() == count
                && entries.getAccessedMsCount() == count, "a value in each column for each of " + count + " entries");
        List<Look> looks = Fields.list(entries.getLooksList(), Look::of);
        List<FileInfo> infos = new ArrayList<>(count);
        long fileId = 0;
        long modifiedMs = 0;
        for (int i = 0; i < count; i++) {
            fileId += entries.getFileId(i);
            modifiedMs += entries.getModifiedMs(i);
            int look = entries.getLook(i);
            Fields.present(look >= 0 && look < looks.size(), "look " + Integer.toUnsignedString(look));
            infos.add(looks.get(look).info(entries.getName(i), fileId, entries.getSize(i), modifiedMs,
                    modifiedMs + entries.getAccessedMs(i)));
        }
        return infos;
    }

    /** What is sent and read once for all entries that have it. */
    private record Look(FileKind kind, String owner, String group, int mode, long blockBytes, int replication,
            boolean open, boolean hasAcl) {

        static Look of(FileInfo info) {
            return new Look(info.kind(), info.owner(), info.group(), info.mode(), info.blockBytes(), info.replication(),
                    info.open(), info.hasAcl());
        }

        ListedLook message() {
            return ListedLook.newBuilder()
                    .setKind(FileRecords.message(kind))
                    .setOwner(owner)
                    .setGroup(group)
                    .setMode(mode)
                    .setBlockBytes(blockBytes)
                    .setReplication(replication)
                    .setOpen(open)
                    .setHasAcl(hasAcl)
                    .build();
        }

        static Look of(ListedLook look) throws MalformedMessageException {
            return new Look(FileRecords.kind(look.getKind()), look.getOwner(), look.getGroup(),
                    Fields.count(look.getMode(), "mode"), look.getBlockBytes(),
                    Fields.count(look.getReplication(), "replication"), look.getOpen(), look.getHasAcl());
        }

        FileInfo info(String name, long fileId, long size, long modifiedMs, long accessedMs)
                throws MalformedMessageException {
            boolean directory = kind == FileKind.DIRECTORY;
            return new FileInfo(CallRecords.fileId(fileId), name, kind, directory ? 0 : size, owner, group, mode,
                    modifiedMs, accessedMs, blockBytes, replication, open, directory ? size : 0, hasAcl);
        }
    }
}
