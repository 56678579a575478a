package io.batonfs.catalog.ratis;

import io.batonfs.catalog.store.DurableFiles;
import io.batonfs.catalog.store.TableStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;

/**
 * The snapshots of one peer: directories {@code sm/snapshot-TERM-INDEX}, each a checkpoint of the tables with its
 * {@link SnapshotManifest}. One comes to be under {@code tmp/} and is then renamed, so what is in {@code sm/} is whole;
 * Ratis does the same with one that it received.
 *
 * <p>Threads: snapshots are taken, received ones opened and old ones deleted on Ratis' applying thread;
 * {@link #getLatestSnapshot()} is for any.
 */
final class SnapshotDirectory implements StateMachineStorage {
    static final Pattern NAME = Pattern.compile("snapshot-(\\d+)-(\\d+)");
    private static final String PREFIX = "snapshot-";

    /** MD5 by identity of the file on its device: table files are linked from one checkpoint to the next. */
    private Map<Object, byte[]> digests = new HashMap<>();
    private Path snapshots;
    private Path temporary;
    private volatile FileListSnapshotInfo latest;

    @Override
    public void init(RaftStorage storage) throws IOException {
        snapshots = storage.getStorageDir().getStateMachineDir().toPath().toAbsolutePath();
        temporary = storage.getStorageDir().getTmpDir().toPath().toAbsolutePath();
        DurableFiles.deleteTree(temporary);
        Files.createDirectories(temporary);
        Files.createDirectories(snapshots);
    }

    /** Nothing beyond what Ratis does. */
    @Override
    public void format() {
        // snapshots are only ever made whole: there is nothing to lay out
    }

    @Override
    public SnapshotInfo getLatestSnapshot() {
        return latest;
    }

    /** The directory of the newest snapshot, verified, or null if there is none. */
    Path openLatest(UUID group) throws IOException {
        List<Path> all = oldestFirst();
        if (all.isEmpty()) {
            latest = null;
            return null;
        }
        Path newest = all.get(all.size() - 1);
        SnapshotManifest manifest = SnapshotManifest.read(newest);
        if (!manifest.group().equals(group)) {
            throw SnapshotManifest.damaged(newest, "it is of another group, " + manifest.group());
        }
        Map<Object, byte[]> known = new HashMap<>();
        for (SnapshotManifest.File file : manifest.files()) {
            verify(newest.resolve(file.name()), file);
            known.put(identity(newest.resolve(file.name())), file.md5());
        }
        digests = known;
        latest = info(newest, manifest);
        return newest;
    }

    /** Table blocks carry checksums that each read checks; so only the small files are read here. */
    private static void verify(Path path, SnapshotManifest.File file) throws IOException {
        if (!Files.exists(path)) {
            throw SnapshotManifest.damaged(path, "it is missing");
        }
        if (Files.size(path) != file.lengthBytes()) {
            throw SnapshotManifest.damaged(path,
                    "it has " + Files.size(path) + " bytes and not " + file.lengthBytes());
        }
        if (!file.name().endsWith(".sst") && !Arrays.equals(md5(path), file.md5())) {
            throw SnapshotManifest.damaged(path, "its checksum does not match");
        }
    }

    /** Takes a snapshot; the tables must be as they are after the entry. */
    void take(TableStore tables, UUID group, TermIndex last) throws IOException {
        String name = PREFIX + last.getTerm() + "-" + last.getIndex();
        Path making = temporary.resolve(name);
        DurableFiles.deleteTree(making);
        tables.checkpoint(making);
        Map<Object, byte[]> known = new HashMap<>();
        List<SnapshotManifest.File> files = new ArrayList<>();
        for (Path path : list(making)) {
            if (Files.size(path) == 0) {
                // RocksDB's empty write-ahead log, which is off; Ratis cannot send an empty file
                Files.delete(path);
                continue;
            }
            Object identity = identity(path);
            byte[] md5 = digests.containsKey(identity) ? digests.get(identity) : md5(path);
            known.put(identity, md5);
            files.add(new SnapshotManifest.File(path.getFileName().toString(), Files.size(path), md5));
        }
        SnapshotManifest manifest = new SnapshotManifest(group, last.getTerm(), last.getIndex(), files);
        manifest.write(making);
        DurableFiles.forceDirectory(making);
        Path made = snapshots.resolve(name);
        Files.move(making, made, StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.forceDirectory(snapshots);
        digests = known;
        latest = info(made, manifest);
    }

    /** A file's identity and length, as the file system gives it; equal for two links to one file. */
    private static Object identity(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        Object key = attributes.fileKey();
        return key == null ? path : List.of(key, attributes.size(), attributes.lastModifiedTime());
    }

    private static byte[] md5(Path path) throws IOException {
        MessageDigest digest = MD5FileUtil.newMD5();
        try (var in = Files.newInputStream(path)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return digest.digest();
    }

    private static FileListSnapshotInfo info(Path directory, SnapshotManifest manifest) throws IOException {
        List<FileInfo> files = new ArrayList<>();
        for (SnapshotManifest.File file : manifest.files()) {
            files.add(new FileInfo(directory.resolve(file.name()), MD5Hash.newInstance(file.md5())));
        }
        Path own = directory.resolve(SnapshotManifest.FILE_NAME);
        files.add(new FileInfo(own, MD5Hash.newInstance(md5(own))));
        return new FileListSnapshotInfo(files, manifest.term(), manifest.index());
    }

    /** Keeps at least the newest one and one more, which may be on its way to another peer. */
    @Override
    public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) throws IOException {
        List<Path> all = oldestFirst();
        int keep = Math.max(2, policy.getNumSnapshotsRetained());
        for (Path old : all.subList(0, Math.max(0, all.size() - keep))) {
            DurableFiles.deleteTree(old);
        }
    }

    private List<Path> oldestFirst() throws IOException {
        return list(snapshots).stream()
                .filter(p -> NAME.matcher(p.getFileName().toString()).matches())
                .sorted(Comparator.comparing(SnapshotDirectory::termIndex))
                .toList();
    }

    private static TermIndex termIndex(Path snapshot) {
        Matcher name = NAME.matcher(snapshot.getFileName().toString());
        if (!name.matches()) {
            throw new IllegalArgumentException(snapshot + " is not a snapshot");
        }
        return TermIndex.valueOf(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)));
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }
}
