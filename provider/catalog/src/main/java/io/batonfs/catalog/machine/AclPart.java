package io.batonfs.catalog.machine;

import io.batonfs.catalog.tables.Acl;
import io.batonfs.model.AclEntry;
import io.batonfs.model.AclEntry.Scope;
import io.batonfs.model.AclEntry.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The entries of one scope while a list is being changed, and what becomes of their mask:
 * <ul>
 * <li>one that the change names stays as named;
 * <li>in a scope that the change does not touch it stays as it was;
 * <li>else, if there is a named entry or was a mask, it becomes what the owning group's and all named entries grant
 *     together.
 * </ul>
 */
final class AclPart {
    private static final List<Type> BASE = List.of(Type.USER, Type.GROUP, Type.OTHER);

    private final Scope scope;
    /** Without the mask. */
    private final NavigableSet<AclEntry> entries = new TreeSet<>(Acl.ORDER);
    private Optional<AclEntry> mask = Optional.empty();
    private boolean touched;
    private boolean maskNamed;

    AclPart(Scope scope, Collection<AclEntry> before) {
        this.scope = scope;
        before.stream().filter(entry -> entry.scope() == scope).forEach(this::set);
    }

    private void set(AclEntry entry) {
        if (entry.type() == Type.MASK) {
            mask = Optional.of(entry);
        } else {
            // an entry equals another for the same, so a plain add would keep the old permissions
            entries.remove(entry);
            entries.add(entry);
        }
    }

    /** Adds an entry, or replaces the one for the same. */
    void put(AclEntry entry) {
        touched = true;
        maskNamed |= entry.type() == Type.MASK;
        set(entry);
    }

    /** Takes the entry for the same away, if there is one. */
    void remove(AclEntry entry) {
        if (entry.type() != Type.MASK) {
            touched |= entries.remove(entry);
        } else if (mask.isPresent() && Acl.ORDER.compare(mask.get(), entry) == 0) {
            mask = Optional.empty();
            touched = true;
            maskNamed = true;
        }
    }

    /** Takes everything away. */
    void clear() {
        entries.clear();
        mask = Optional.empty();
        touched = true;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Whether owner, owning group and others are there. */
    boolean hasBase() {
        return BASE.stream().allMatch(type -> base(type).isPresent());
    }

    /** Copies what is missing of owner, owning group and others, unless there is nothing here at all. */
    void complete(AclPart access) {
        if (isEmpty()) {
            return;
        }
        for (Type type : BASE) {
            if (base(type).isEmpty()) {
                access.base(type).ifPresent(entry -> entries.add(new AclEntry(scope, type, "", entry.permissions())));
            }
        }
    }

    /** Whether a mask that cannot be missed was taken away. */
    boolean lacksMask() {
        return mask.isEmpty() && maskNamed && hasNamed();
    }

    /** All entries, with the mask that they come to have, in order. */
    List<AclEntry> finish() {
        List<AclEntry> all = new ArrayList<>(entries);
        boolean kept = mask.isPresent() && (maskNamed || !touched);
        if (!isEmpty() && (hasNamed() || mask.isPresent())) {
            all.add(kept ? mask.get() : new AclEntry(scope, Type.MASK, "", granted()));
        }
        all.sort(Acl.ORDER);
        return all;
    }

    private Optional<AclEntry> base(Type type) {
        return entries.stream().filter(entry -> entry.type() == type && entry.name().isEmpty()).findFirst();
    }

    private boolean hasNamed() {
        return entries.stream().anyMatch(entry -> !entry.name().isEmpty());
    }

    /** What the owning group and all that are named are granted together. */
    private int granted() {
        return entries.stream().filter(entry -> entry.type() == Type.GROUP || !entry.name().isEmpty())
                .mapToInt(AclEntry::permissions).reduce(0, (a, b) -> a | b);
    }
}
