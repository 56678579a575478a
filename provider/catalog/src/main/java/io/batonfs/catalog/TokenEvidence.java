package io.batonfs.catalog;

import io.batonfs.catalog.tables.TokenRow;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.security.MessageDigest;

/** What whoever uses a token, ends it or asks about it has to show. */
public final class TokenEvidence {

    private TokenEvidence() {
    }

    /** TOKEN_UNKNOWN unless the evidence is that of the token's key; takes the same time wherever they differ. */
    public static void check(TokenRow row, byte[] evidence) throws BatonException {
        if (!MessageDigest.isEqual(row.keyEvidence(), evidence)) {
            throw unknown();
        }
    }

    /** The same for a wrong id and a wrong key, so that guessing teaches nothing. */
    public static BatonException unknown() {
        return new BatonException(ErrorCode.TOKEN_UNKNOWN, "No token with this key is known: it was made elsewhere, "
                + "or long ago; make a new one by an offload read");
    }
}
