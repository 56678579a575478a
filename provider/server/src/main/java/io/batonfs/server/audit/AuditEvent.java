package io.batonfs.server.audit;

import java.util.Optional;

/**
 * What a call asks for, as the audit log shows it.
 *
 * @param command     name of the call, HDFS's where it has the same
 * @param source      path or id; null for none
 * @param destination second path or id; null for none
 * @param permission  what is set, as "rwxr-x---" or "owner:group:" before it; null for none
 */
record AuditEvent(String command, String source, String destination, String permission) {
    private static final String LETTERS = "rwxrwxrwx";

    static AuditEvent of(String command, Object source) {
        return new AuditEvent(command, source.toString(), null, null);
    }

    static AuditEvent of(String command, Object source, Object destination) {
        return new AuditEvent(command, source.toString(), destination.toString(), null);
    }

    AuditEvent withMode(int mode) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < LETTERS.length(); i++) {
            text.append((mode & 0400 >> i) != 0 ? LETTERS.charAt(i) : '-');
        }
        if ((mode & 01000) != 0) {
            text.setCharAt(LETTERS.length() - 1, (mode & 1) != 0 ? 't' : 'T');
        }
        return new AuditEvent(command, source, destination, text.toString());
    }

    /** Puts owner and group before the mode, as in HDFS's log, if there is either. */
    AuditEvent withOwner(Optional<String> owner, Optional<String> group) {
        if (owner.isEmpty() && group.isEmpty()) {
            return this;
        }
        return new AuditEvent(command, source, destination,
                owner.orElse("") + ":" + group.orElse("") + ":" + (permission == null ? "" : permission));
    }
}
