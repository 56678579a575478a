package io.batonfs.transport.lwio;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets only the first of several completions through, so that a file that breaks its promise can't answer for another
 * request.
 */
final class IoResultOnce extends AtomicBoolean implements RegisteredFile.IoResult {
    private static final long serialVersionUID = 1L;

    private final transient ServerFileRequests files;
    private final transient ServerRequest request;

    IoResultOnce(ServerFileRequests files, ServerRequest request) {
        this.files = files;
        this.request = request;
    }

    @Override
    public void complete(LwioStatus status, int information) {
        if (compareAndSet(false, true)) {
            files.completed(request, status, information);
        }
    }

    /** A READ whose bytes are in the client's memory already. */
    void completeInPlace() {
        // Nobody else has been told of it.
        setPlain(true);
        files.completedInPlace(request);
    }
}
