package io.batonfs.catalog.histories;

import io.batonfs.catalog.AclOperation;
import io.batonfs.catalog.histories.NaiveTree.RefusedException;
import io.batonfs.model.AclEntry;
import io.batonfs.model.AclEntry.Scope;
import io.batonfs.model.AclEntry.Type;
import io.batonfs.model.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who may do what, written down in full: each scope a map from "user:", "user:ann", "mask:" and the like to
 * permissions. The mode is made from it, and not the other way round.
 */
final class NaiveRights {
    private static final String USER = "user:";
    private static final String GROUP = "group:";
    private static final String MASK = "mask:";
    private static final String OTHER = "other:";
    private static final List<String> BASE = List.of(USER, GROUP, OTHER);

    String owner;
    String group;
    private boolean sticky;
    private final Map<String, Integer> access = new TreeMap<>();
    private final Map<String, Integer> defaults = new TreeMap<>();

    NaiveRights(String owner, String group, int mode) {
        this.owner = owner;
        this.group = group;
        chmod(mode);
    }

    NaiveRights copy() {
        NaiveRights copy = new NaiveRights(owner, group, 0);
        copy.take(this);
        return copy;
    }

    private void take(NaiveRights from) {
        sticky = from.sticky;
        access.clear();
        access.putAll(from.access);
        defaults.clear();
        defaults.putAll(from.defaults);
    }

    /** Rights of something that is made here. */
    NaiveRights forNew(String maker, boolean directory, int mode, int umask) {
        NaiveRights made = new NaiveRights(maker, group, mode & ~umask);
        if (defaults.isEmpty()) {
            return made;
        }
        made.access.clear();
        made.access.putAll(defaults);
        made.access.computeIfPresent(USER, (key, bits) -> bits & mode >> 6);
        made.access.computeIfPresent(defaults.containsKey(MASK) ? MASK : GROUP, (key, bits) -> bits & mode >> 3);
        made.access.computeIfPresent(OTHER, (key, bits) -> bits & mode);
        if (directory) {
            made.defaults.putAll(defaults);
        }
        return made;
    }

    int mode() {
        return (sticky ? 01000 : 0) | access.get(USER) << 6 | access.get(access.containsKey(MASK) ? MASK : GROUP) << 3
                | access.get(OTHER);
    }

    void chmod(int mode) {
        sticky = (mode & 01000) != 0;
        access.put(USER, mode >> 6 & 7);
        access.put(access.containsKey(MASK) ? MASK : GROUP, mode >> 3 & 7);
        access.put(OTHER, mode & 7);
    }

    void change(AclOperation operation, List<AclEntry> entries, boolean directory) throws RefusedException {
        NaiveRights next = copy();
        if (operation == AclOperation.REMOVE || operation == AclOperation.SET && entries.isEmpty()) {
            next.access.keySet().retainAll(BASE);
            next.defaults.clear();
        } else if (operation == AclOperation.REMOVE_DEFAULT) {
            next.defaults.clear();
        } else {
            next.change(next.access, operation, scope(entries, Scope.ACCESS, operation), Map.of());
            next.change(next.defaults, operation, scope(entries, Scope.DEFAULT, operation), next.access);
        }
        if (!next.access.keySet().containsAll(BASE) || !next.defaults.isEmpty() && !directory) {
            throw new RefusedException("not all of user, group, other; or default entries on a file");
        }
        take(next);
    }

    private void change(Map<String, Integer> has, AclOperation operation, Map<String, Integer> named,
            Map<String, Integer> copied) throws RefusedException {
        boolean removes = operation == AclOperation.REMOVE_ENTRIES;
        boolean touched = removes ? named.keySet().stream().anyMatch(has::containsKey) : !named.isEmpty();
        boolean maskNamed = named.containsKey(MASK) && (!removes || has.containsKey(MASK));
        if (operation == AclOperation.SET && touched) {
            has.clear();
        }
        if (removes) {
            has.keySet().removeAll(named.keySet());
        } else {
            has.putAll(named);
        }
        if (has.keySet().equals(Set.of(MASK))) {
            has.clear();
        }
        if (!has.isEmpty()) {
            copied.forEach((key, bits) -> {
                if (BASE.contains(key)) {
                    has.putIfAbsent(key, bits);
                }
            });
        }
        boolean needed = has.keySet().stream().anyMatch(key -> !key.endsWith(":"));
        if (removes && maskNamed && needed) {
            throw new RefusedException("the mask is needed");
        }
        if (touched && !maskNamed && (needed || has.containsKey(MASK))) {
            int together = 0;
            for (Map.Entry<String, Integer> entry : has.entrySet()) {
                if (entry.getKey().startsWith(GROUP) || !entry.getKey().endsWith(":")) {
                    together |= entry.getValue();
                }
            }
            has.put(MASK, together);
        }
    }

    private static Map<String, Integer> scope(List<AclEntry> entries, Scope scope, AclOperation operation)
            throws RefusedException {
        Map<String, Integer> found = new TreeMap<>();
        for (AclEntry entry : entries) {
            if (entry.scope() != scope) {
                continue;
            }
            boolean twice = found.put(key(entry), entry.permissions()) != null;
            boolean nameless = entry.type() == Type.MASK || entry.type() == Type.OTHER;
            if (operation != AclOperation.REMOVE_ENTRIES && (twice || nameless && !entry.name().isEmpty())) {
                throw new RefusedException("twice, or a name where none belongs");
            }
        }
        return found;
    }

    private static String key(AclEntry entry) {
        return switch (entry.type()) {
            case USER -> USER;
            case GROUP -> GROUP;
            case MASK -> MASK;
            case OTHER -> OTHER;
        } + entry.name();
    }

    boolean allows(Caller caller, int wanted) {
        int mask = access.getOrDefault(MASK, 7);
        if (caller.user().equals(owner)) {
            return (access.get(USER) & wanted) == wanted;
        }
        if (access.containsKey(USER + caller.user())) {
            return (access.get(USER + caller.user()) & mask & wanted) == wanted;
        }
        List<Integer> asMember = new ArrayList<>();
        for (String member : caller.groups()) {
            if (access.containsKey(GROUP + member)) {
                asMember.add(access.get(GROUP + member) & mask);
            }
        }
        if (caller.groups().contains(group)) {
            asMember.add(access.get(GROUP) & mask);
        }
        return asMember.isEmpty() ? (access.get(OTHER) & wanted) == wanted
                : asMember.stream().anyMatch(bits -> (bits & wanted) == wanted);
    }

    /** What is told beside the mode: as {@link #line} writes each entry. */
    Set<String> beside() {
        Set<String> lines = new TreeSet<>();
        access.forEach((key, bits) -> {
            if (access.containsKey(MASK) && !List.of(USER, MASK, OTHER).contains(key)) {
                lines.add(key + " " + bits);
            }
        });
        defaults.forEach((key, bits) -> lines.add("default " + key + " " + bits));
        return lines;
    }

    static String line(AclEntry entry) {
        return (entry.scope() == Scope.DEFAULT ? "default " : "") + key(entry) + " " + entry.permissions();
    }
}
