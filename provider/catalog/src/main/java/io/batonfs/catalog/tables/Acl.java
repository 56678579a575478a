package io.batonfs.catalog.tables;

import io.batonfs.model.AclEntry;
import io.batonfs.model.AclEntry.Scope;
import io.batonfs.model.AclEntry.Type;
import java.util.Comparator;
import java.util.List;

/**
 * The part of a node's access control list that its mode does not say. A list with more access entries than owner,
 * owning group and others is <em>extended</em>: then the mode's group bits are the mask, and the owning group's entry
 * stands here, beside the named ones. Default entries all stand here, their mask included.
 * <pre>
 * version 1 | count 4 | entries
 * entry:  head 1 | name
 * head:   bit 5 scope (0 access, 1 default) | bits 4-3 type (0 user, 1 group, 2 mask, 3 other) | bits 2-0 permissions
 * </pre>
 * Nothing at all is no bytes. Entries are in strict order, so that equal lists have equal bytes (CAT-9).
 *
 * @param entries in the order of {@link #ORDER}, no two for the same
 */
public record Acl(List<AclEntry> entries) {
    /** Entries of a scope, those that the mode says included (CAT-11); as in HDFS. */
    public static final int MAX_ENTRIES = 32;

    /** Access before default; owner, named users, owning group, named groups, mask, others; permissions do not count. */
    public static final Comparator<AclEntry> ORDER =
            Comparator.comparing(AclEntry::scope).thenComparing(AclEntry::type).thenComparing(AclEntry::name);

    /** Nothing but the mode. */
    public static final Acl NONE = new Acl(List.of());

    private static final int VERSION = 1;
    private static final int SCOPE_SHIFT = 5;
    private static final int TYPE_SHIFT = 3;
    private static final int HEAD_MAX = 0x3F;
    private static final int TYPE_MASK = 3;
    private static final int PERMISSIONS_MASK = 7;

    /** Copies the list. */
    public Acl {
        entries = List.copyOf(entries);
    }

    /** Whether there is nothing but the mode. */
    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Whether the mode's group bits are the mask and not the owning group's permissions. */
    public boolean isExtended() {
        return !isEmpty() && entries.get(0).scope() == Scope.ACCESS;
    }

    /** The entries of a scope. */
    public List<AclEntry> of(Scope scope) {
        return entries.stream().filter(entry -> entry.scope() == scope).toList();
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        return isEmpty() ? new byte[0] : Rows.write(VERSION).list(entries, Acl::write).toBytes();
    }

    /**
     * The list in stored bytes.
     *
     * @throws MalformedBytesException if no list of this version has these bytes
     */
    public static Acl of(byte[] bytes) {
        if (bytes.length == 0) {
            return NONE;
        }
        Acl acl = Rows.read("nodes (access control list)", VERSION, bytes, in -> new Acl(in.list(Acl::read)));
        AclEntry before = null;
        for (AclEntry entry : acl.entries) {
            if (before != null && ORDER.compare(before, entry) >= 0) {
                throw new MalformedBytesException("the entries of an access control list are not in order: " + before
                        + " stands before " + entry);
            }
            if (entry.scope() == Scope.ACCESS && isInMode(entry)) {
                throw new MalformedBytesException("an access control list has " + entry + ", which the mode says");
            }
            before = entry;
        }
        return acl;
    }

    /** Whether an access entry of an extended list is one that the mode says: of the owner, of others, or the mask. */
    public static boolean isInMode(AclEntry entry) {
        return entry.type() == Type.MASK || entry.type() == Type.OTHER
                || entry.type() == Type.USER && entry.name().isEmpty();
    }

    /** Writes an entry, in rows and in requests alike. */
    public static void write(ByteWriter out, AclEntry entry) {
        out.u8(entry.scope().ordinal() << SCOPE_SHIFT | entry.type().ordinal() << TYPE_SHIFT | entry.permissions())
                .string(entry.name());
    }

    /** Reads an entry. */
    public static AclEntry read(ByteReader in) {
        int head = in.u8();
        if (head > HEAD_MAX) {
            throw new MalformedBytesException("an entry of an access control list cannot begin with " + head);
        }
        return new AclEntry(Scope.values()[head >> SCOPE_SHIFT], Type.values()[head >> TYPE_SHIFT & TYPE_MASK],
                in.string(), head & PERMISSIONS_MASK);
    }
}
