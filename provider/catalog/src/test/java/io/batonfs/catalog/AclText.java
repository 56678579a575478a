package io.batonfs.catalog;

import io.batonfs.catalog.tables.Acl;
import io.batonfs.model.AclEntry;
import io.batonfs.model.AclEntry.Scope;
import io.batonfs.model.AclEntry.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Access control lists as getfacl writes them, in one line: {@code user::rwx,group:dev:r-x,default:other::---}. */
public final class AclText {

    private AclText() {
    }

    /** The entries in a line, in the order of the line; permissions may be left out. */
    public static List<AclEntry> parse(String line) {
        List<AclEntry> entries = new ArrayList<>();
        for (String text : line.isBlank() ? new String[0] : line.strip().split(",\\s*")) {
            boolean isDefault = text.startsWith("default:");
            String[] fields = (isDefault ? text.substring("default:".length()) : text).split(":", -1);
            Type type = Type.valueOf(fields[0].toUpperCase(Locale.ROOT));
            entries.add(new AclEntry(isDefault ? Scope.DEFAULT : Scope.ACCESS, type, fields[1],
                    fields.length < 3 ? 0 : bits(fields[2])));
        }
        return entries;
    }

    /** Entries as a line, in the order of {@link Acl#ORDER}. */
    public static String format(List<AclEntry> entries) {
        return entries.stream().sorted(Acl.ORDER).map(AclText::format).collect(Collectors.joining(","));
    }

    private static String format(AclEntry entry) {
        return (entry.scope() == Scope.DEFAULT ? "default:" : "") + entry.type().name().toLowerCase(Locale.ROOT) + ":"
                + entry.name() + ":" + letter(entry, 4, 'r') + letter(entry, 2, 'w') + letter(entry, 1, 'x');
    }

    private static char letter(AclEntry entry, int bit, char letter) {
        return (entry.permissions() & bit) != 0 ? letter : '-';
    }

    private static int bits(String letters) {
        return (letters.indexOf('r') >= 0 ? 4 : 0) + (letters.indexOf('w') >= 0 ? 2 : 0)
                + (letters.indexOf('x') >= 0 ? 1 : 0);
    }
}
