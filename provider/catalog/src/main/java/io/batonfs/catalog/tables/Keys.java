package io.batonfs.catalog.tables;

import io.batonfs.catalog.store.TableView;
import io.batonfs.model.ContentId;
import io.batonfs.model.EntrySetId;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.Invocation;
import io.batonfs.model.NodeId;
import io.batonfs.model.PageRun;
import io.batonfs.model.PartitionedId;
import io.batonfs.model.ServerId;
import io.batonfs.model.TokenId;
import io.batonfs.model.VolumeId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * The keys of all tables. Numbers are big-endian, so that keys sort as their numbers do; a name at the end of a key is
 * UTF-8 without a length. Where a table holds rows of several kinds, a letter comes first.
 * <pre>
 * META             "group" | "counters" | "applied"
 * NODES            node 8
 * FILES            file 8
 * FILES_BY_PARENT  parent file 8, name
 * ENTRIES          entry set 8, name
 * OVERLAYS         base node 8, holder node 8
 * CONTENTS         content 8
 * EXTENTS          extent 8
 * ROUTES           'b' volume 8, first page of run 8     | 'x' volume 8, page 8
 * TOKENS           't' token 8                           | 'x' due ms 8, token 8
 * SNAPSHOTS        file 8, name
 * SIGNING_KEYS     number 8
 * LEASES           'c' client 16                         | 'f' client 16, file 8
 * VOLUMES          'v' volume 8                          | 'r' volume 8, owners 2 each
 * SERVERS          's' server 2                          | 'a' address
 * RETRY            'r' client 16, call 8                 | 't' time ms 8, client 16, call 8
 *                  'c' client 16                         | 'u' time ms 8, client 16
 * RECLAIM          'c' content 8 | 'n' node 8            | 'e' since ms 8, extent 8
 * COMPACT          holder node 8
 * COPYING          base node 8, holder node 8
 * WISHES           'p' path                              | 'e' extent 8
 *                  'o' owner 2, volume 8, first page 8, extent 8 | 's' extent 8
 * </pre>
 */
public final class Keys {
    /** META: {@link GroupRow}. */
    public static final byte[] GROUP = ascii("group");
    /** META: {@link Counters}. */
    public static final byte[] COUNTERS = ascii("counters");
    /** META: term and index of the last log entry applied. */
    public static final byte[] APPLIED = ascii("applied");

    /** LEASES: holds, in the place of a client, the leases that were taken away and wait to be closed. */
    public static final UUID RECOVERY = new UUID(0, 0);

    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Keys() {
    }

    /** NODES, COMPACT. */
    public static byte[] node(NodeId node) {
        return id(node);
    }

    /** FILES. */
    public static byte[] file(FileId file) {
        return id(file);
    }

    /** FILES_BY_PARENT. */
    public static byte[] fileByParent(FileId parent, String name) {
        return named(parent, name);
    }

    /** ENTRIES. */
    public static byte[] entry(EntrySetId entrySet, String name) {
        return named(entrySet, name);
    }

    /** OVERLAYS, COPYING. */
    public static byte[] overlay(NodeId base, NodeId holder) {
        return new ByteWriter().id(base).id(holder).toBytes();
    }

    /** CONTENTS. */
    public static byte[] content(ContentId content) {
        return id(content);
    }

    /** EXTENTS. */
    public static byte[] extent(ExtentId extent) {
        return id(extent);
    }

    /** ROUTES: a run. */
    public static byte[] run(VolumeId volume, long firstPage) {
        return new ByteWriter().u8('b').id(volume).i64(firstPage).toBytes();
    }

    /** ROUTES: a page that was moved. */
    public static byte[] movedPage(VolumeId volume, long page) {
        return new ByteWriter().u8('x').id(volume).i64(page).toBytes();
    }

    /** ROUTES: where the moved pages of a volume begin. */
    public static byte[] movedPages(VolumeId volume) {
        return new ByteWriter().u8('x').id(volume).toBytes();
    }

    /** TOKENS: a token. */
    public static byte[] token(TokenId token) {
        return new ByteWriter().u8('t').id(token).toBytes();
    }

    /** TOKENS: when a token has to be looked at. */
    public static byte[] tokenDue(long dueMs, TokenId token) {
        return new ByteWriter().u8('x').i64(dueMs).id(token).toBytes();
    }

    /** SNAPSHOTS. */
    public static byte[] snapshot(FileId directory, String name) {
        return named(directory, name);
    }

    /** SIGNING_KEYS. */
    public static byte[] signingKey(long number) {
        return new ByteWriter().i64(number).toBytes();
    }

    /** LEASES: a client. */
    public static byte[] client(UUID client) {
        return new ByteWriter().u8('c').uuid(client).toBytes();
    }

    /** LEASES: a file of a client. */
    public static byte[] clientFile(UUID client, FileId file) {
        return new ByteWriter().u8('f').uuid(client).id(file).toBytes();
    }

    /** LEASES: where the files of a client begin. */
    public static byte[] clientFiles(UUID client) {
        return new ByteWriter().u8('f').uuid(client).toBytes();
    }

    /** VOLUMES: a volume. */
    public static byte[] volume(VolumeId volume) {
        return new ByteWriter().u8('v').id(volume).toBytes();
    }

    /** VOLUMES: the run that these owners are given pages from. */
    public static byte[] currentRun(VolumeId volume, List<ServerId> owners) {
        ByteWriter out = new ByteWriter().u8('r').id(volume);
        owners.forEach(owner -> out.u16(owner.value()));
        return out.toBytes();
    }

    /** SERVERS: by id. */
    public static byte[] server(ServerId server) {
        return new ByteWriter().u8('s').u16(server.value()).toBytes();
    }

    /** SERVERS: by address. */
    public static byte[] serverByAddress(String address) {
        return new ByteWriter().u8('a').raw(utf8(address)).toBytes();
    }

    /** RETRY: a first reply. */
    public static byte[] reply(Invocation invocation) {
        return new ByteWriter().u8('r').uuid(invocation.clientId()).i64(invocation.callId()).toBytes();
    }

    /** RETRY: where the first replies of a client begin. */
    public static byte[] replies(UUID client) {
        return new ByteWriter().u8('r').uuid(client).toBytes();
    }

    /** RETRY: whether a key is that of a first reply. */
    public static boolean isReply(byte[] key) {
        return key[0] == 'r';
    }

    /** RETRY: whether a key is that of what is forgotten of a client. */
    public static boolean isForgotten(byte[] key) {
        return key[0] == 'c';
    }

    /** RETRY: replies by time. */
    public static byte[] replyTime(long timeMs, Invocation invocation) {
        return new ByteWriter().u8('t').i64(timeMs).uuid(invocation.clientId()).i64(invocation.callId()).toBytes();
    }

    /** RETRY: what is forgotten of a client. */
    public static byte[] forgotten(UUID client) {
        return new ByteWriter().u8('c').uuid(client).toBytes();
    }

    /** RETRY: forgotten clients by time. */
    public static byte[] forgottenTime(long timeMs, UUID client) {
        return new ByteWriter().u8('u').i64(timeMs).uuid(client).toBytes();
    }

    /** RECLAIM: a content. */
    public static byte[] deadContent(ContentId content) {
        return new ByteWriter().u8('c').id(content).toBytes();
    }

    /** RECLAIM: a node. */
    public static byte[] deadNode(NodeId node) {
        return new ByteWriter().u8('n').id(node).toBytes();
    }

    /** RECLAIM: an extent. */
    public static byte[] deadExtent(long sinceMs, ExtentId extent) {
        return new ByteWriter().u8('e').i64(sinceMs).id(extent).toBytes();
    }

    /** WISHES: a path. */
    public static byte[] wish(String path) {
        return new ByteWriter().u8('p').raw(utf8(path)).toBytes();
    }

    /** WISHES: the path in a key. */
    public static String wishPath(byte[] key) {
        return new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
    }

    /** WISHES: an extent. */
    public static byte[] wantedExtent(ExtentId extent) {
        return new ByteWriter().u8('e').id(extent).toBytes();
    }

    /** WISHES: where those of a server begin. */
    public static byte[] wantedAt(ServerId owner) {
        return new ByteWriter().u8('o').u16(owner.value()).toBytes();
    }

    /** WISHES: where extents of a server that begin with a page or later begin. */
    public static byte[] wantedAt(ServerId owner, VolumeId volume, long firstPage) {
        return new ByteWriter().u8('o').u16(owner.value()).id(volume).i64(firstPage).toBytes();
    }

    /** WISHES: an extent by one of its servers. */
    public static byte[] wantedAt(ServerId owner, PageRun pages, ExtentId extent) {
        return new ByteWriter().u8('o').u16(owner.value()).id(pages.volume()).i64(pages.firstPage()).id(extent).toBytes();
    }

    /** WISHES: the extent in a key by server. */
    public static ExtentId wantedExtentAt(byte[] key) {
        return new ExtentId(new ByteReader(key, key.length - Long.BYTES, key.length).i64());
    }

    /** WISHES: an extent that stays where it is. */
    public static byte[] staying(ExtentId extent) {
        return new ByteWriter().u8('s').id(extent).toBytes();
    }

    /** A key of one letter: where rows of a kind begin. */
    public static byte[] letter(char letter) {
        return new byte[] {(byte) letter};
    }

    /** The eight bytes of an id: where the rows of an id begin. */
    public static byte[] id(PartitionedId id) {
        return withId(id, 0);
    }

    /** An id's eight bytes, and room for more. */
    private static byte[] withId(PartitionedId id, int more) {
        byte[] key = new byte[Long.BYTES + more];
        I64.set(key, 0, id.value());
        return key;
    }

    /** The first key after all those that begin with a prefix, or null if there is none. */
    public static byte[] after(byte[] prefix) {
        return TableView.after(prefix);
    }

    /** The first key after this one. */
    public static byte[] next(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    /** The name at the end of a key, behind the eight bytes of an id. */
    public static String nameOf(byte[] key) {
        return new String(key, Long.BYTES, key.length - Long.BYTES, StandardCharsets.UTF_8);
    }

    /** UTF-8 bytes of a name. */
    public static byte[] utf8(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] named(PartitionedId id, String name) {
        byte[] bytes = utf8(name);
        byte[] key = withId(id, bytes.length);
        System.arraycopy(bytes, 0, key, Long.BYTES, bytes.length);
        return key;
    }

    private static byte[] ascii(String word) {
        return word.getBytes(StandardCharsets.US_ASCII);
    }
}
