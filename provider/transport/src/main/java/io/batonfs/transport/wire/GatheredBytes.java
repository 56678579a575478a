package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.WorkRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a work request, its inline part first, as long as it is lent. If all go at once, as small ones do, nothing
 * is allocated for them. Not thread-safe.
 */
final class GatheredBytes implements ByteSource {
    private final ByteBuffer inline = ByteBuffer.allocate(WorkRequest.MAX_INLINE_BYTES);
    private final List<ByteBuffer> views = new ArrayList<>();
    private WorkRequest lent;
    private boolean cut;
    private int next;

    void begin(WorkRequest request) {
        lent = request;
        cut = false;
    }

    /** From now on they go in parts. */
    private void cut() {
        WorkRequest request = lent;
        cut = true;
        next = 0;
        if (request.inlineBytes() > 0) {
            request.putInline(inline.clear());
            views.add(inline.flip());
        }
        request.addGathered(views);
    }

    /** The request is not lent any more. */
    void end() {
        lent = null;
        if (cut) {
            views.clear();
        }
    }

    @Override
    public void moveTo(ByteBuffer target, int length) {
        if (!cut) {
            if (length == lent.lengthBytes()) {
                lent.copyTo(target);
                return;
            }
            cut();
        }
        int left = length;
        while (left > 0) {
            ByteBuffer from = views.get(next);
            int n = Math.min(left, from.remaining());
            target.put(target.position(), from, from.position(), n);
            target.position(target.position() + n);
            from.position(from.position() + n);
            left -= n;
            if (!from.hasRemaining()) {
                next++;
            }
        }
    }

    /** What has not been moved, in order. */
    List<ByteBuffer> rest() {
        if (!cut) {
            cut();
        }
        return views.subList(next, views.size());
    }
}
