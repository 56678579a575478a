package io.batonfs.transport.lwio;

/** Helpers for the one way in which a peer's bytes are refused: a status and a sentence that names the field. */
final class ProtocolViolation {
    private ProtocolViolation() {
    }

    /** A message or structure that breaks a rule. */
    static LwioException invalid(String message) {
        return new LwioException(LwioStatus.INVALID_PARAMETER, message);
    }

    /** Fails unless a field has the only value that it may have. */
    static void expect(String structure, String field, long found, long expected) throws LwioException {
        if (found != expected) {
            throw invalid(structure + "." + field + " is 0x" + Long.toHexString(found) + ", must be 0x"
                    + Long.toHexString(expected));
        }
    }

    /** Tells a peer that is too old from one that is too new. */
    static void expectRevision(String structure, int found) throws LwioException {
        if (found != CommonHeader.REVISION) {
            throw new LwioException(LwioStatus.REVISION_MISMATCH, structure + ".RevId is 0x"
                    + Integer.toHexString(found) + ": the peer speaks " + (found < CommonHeader.REVISION
                    ? "an older revision of LWIO than" : "a newer revision of LWIO than") + " 0x"
                    + Integer.toHexString(CommonHeader.REVISION) + "; upgrade the older side");
        }
    }
}
