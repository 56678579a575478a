package io.batonfs.histories;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import org.apache.hadoop.fs.PathIOException;

/** Exceptions of the file system as outcomes. */
final class Exceptions {

    private Exceptions() {
    }

    /**
     * The outcome of a call that threw this: by Baton's code what its caller may believe; else the name of the exception,
     * or of the code where Hadoop has no exception for it.
     */
    static Outcome outcomeOf(IOException failure) {
        if (!(failure.getCause() instanceof BatonException)) {
            return new Outcome.Failed(failure.getClass().getSimpleName());
        }
        ErrorCode code = ((BatonException) failure.getCause()).code();
        switch (code.errorClass()) {
            case OUTCOME_UNKNOWN:
                return Outcome.UNKNOWN;
            case RETRY:
                return Outcome.NOT_NOW;
            default:
                return new Outcome.Failed(failure.getClass() == PathIOException.class
                        ? code.toString()
                        : failure.getClass().getSimpleName());
        }
    }
}
