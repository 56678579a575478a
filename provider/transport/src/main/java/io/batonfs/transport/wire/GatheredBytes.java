package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.WorkRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The bytes of a work request, its inline part first, as long as it is lent. Not thread-safe. */
final class GatheredBytes implements ByteSource {
    private final ByteBuffer inline = ByteBuffer.allocate(WorkRequest.MAX_INLINE_BYTES);
    private final List<ByteBuffer> views = new ArrayList<>();
    private int next;

    void begin(WorkRequest request) {
        views.clear();
        next = 0;
        if (request.inlineBytes() > 0) {
            request.putInline(inline.clear());
            views.add(inline.flip());
        }
        request.addGathered(views);
    }

    /** The request is not lent any more. */
    void end() {
        views.clear();
    }

    @Override
    public void moveTo(ByteBuffer target, int length) {
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
        return views.subList(next, views.size());
    }
}
