package io.batonfs.catalog.histories;

import io.batonfs.catalog.AclOperation;
import io.batonfs.model.AclEntry;
import io.batonfs.model.AclEntry.Scope;
import io.batonfs.model.AclEntry.Type;
import io.batonfs.model.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Draws modes, users, and changes of access control lists: mostly generous ones, so that paths stay open. */
final class RightsGenerator {
    private static final List<String> USERS = List.of("ann", "ben", "cat", "root");
    private static final List<String> GROUPS = List.of("dev", "ops", "wheel");
    private static final List<Caller> CALLERS = List.of(new Caller("ann", List.of("dev"), false),
            new Caller("ben", List.of("dev", "ops"), false), new Caller("cat", List.of("ops"), false),
            new Caller("dan", List.of(), false));

    private final Random random;

    RightsGenerator(Random random) {
        this.random = random;
    }

    int mode() {
        int mode = chance(0.7) ? 0755 | random.nextInt(01000) : random.nextInt(01000);
        return chance(0.1) ? mode | 01000 : mode;
    }

    int umask() {
        return chance(0.5) ? 022 : random.nextInt(0100);
    }

    String owner() {
        return pick(USERS);
    }

    String group() {
        return pick(GROUPS);
    }

    Caller caller() {
        return pick(CALLERS);
    }

    Step.ChangeAcl change(String path) {
        double draw = random.nextDouble();
        if (draw < 0.05) {
            return new Step.ChangeAcl(path, AclOperation.REMOVE, List.of());
        } else if (draw < 0.1) {
            return new Step.ChangeAcl(path, AclOperation.REMOVE_DEFAULT, List.of());
        }
        AclOperation operation = draw < 0.3 ? AclOperation.REMOVE_ENTRIES : draw < 0.5 ? AclOperation.SET
                : AclOperation.MODIFY;
        List<AclEntry> entries = new ArrayList<>();
        if (operation == AclOperation.SET && chance(0.8)) {
            Scope scope = scope();
            for (Type type : List.of(Type.USER, Type.GROUP, Type.OTHER)) {
                entries.add(new AclEntry(scope, type, "", permissions()));
            }
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            entries.add(entry());
        }
        return new Step.ChangeAcl(path, operation, entries);
    }

    private AclEntry entry() {
        Type type = pick(List.of(Type.USER, Type.USER, Type.USER, Type.GROUP, Type.GROUP, Type.MASK, Type.OTHER));
        String name = switch (type) {
            case USER -> chance(0.85) ? pick(USERS) : "";
            case GROUP -> chance(0.8) ? pick(GROUPS) : "";
            default -> chance(0.02) ? "nonsense" : "";
        };
        return new AclEntry(scope(), type, name, permissions());
    }

    private Scope scope() {
        return chance(0.6) ? Scope.ACCESS : Scope.DEFAULT;
    }

    private int permissions() {
        return chance(0.5) ? 7 : random.nextInt(8);
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
