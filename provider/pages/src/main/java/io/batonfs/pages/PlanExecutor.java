package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.Crc32cMath;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import io.batonfs.pools.placement.PageActivity;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Step 66 of the seed's Fig. 6: carries out the components of a plan on their pools, one after another, in the
 * caller's thread.
 */
final class PlanExecutor {
    private static final int[] NO_PIECES = {};

    private final PageGeometry geometry;
    private final PageActivity activity;

    PlanExecutor(PageGeometry geometry, PageActivity activity) {
        this.geometry = geometry;
        this.activity = activity;
    }

    /** Leaves in each component how it went; true if all of them succeeded. */
    boolean run(IoPlan plan) {
        boolean all = true;
        for (PlanComponent component : plan.components()) {
            try {
                carryOut(component, plan);
                component.done();
            } catch (IOException | RuntimeException e) {
                component.failed(e);
            } catch (OutOfMemoryError e) {
                // It must not end the thread that an extent's lane hangs on; the plan alone fails, as by its device.
                component.failed(new IOException("the server has no memory for it: " + e.getMessage(), e));
            }
            if (component.status() == PlanComponent.Status.FAILED) {
                all = false;
                if (!plan.policy().continueAfter().contains(component.role())) {
                    break;
                }
            }
        }
        return all;
    }

    private void carryOut(PlanComponent component, IoPlan plan) throws IOException {
        switch (component.operation()) {
            case READ -> {
                read(component, ((ReadPlan) plan).request());
                activity.read(component.activity());
            }
            case APPEND -> {
                WriteRequest request = ((WritePlan) plan).request();
                component.pool().append(component.segment(), component.offset(), request.data().duplicate(),
                        request.pieceCrcs(), request.writeThrough());
                activity.wrote(component.activity());
            }
            case COMPARE -> compare(component, (WritePlan) plan);
            case FORCE -> component.pool().append(
                    component.segment(), component.offset(), ByteBuffer.allocate(0), NO_PIECES, true);
            case FORCE_SEALED -> component.pool().seal(component.segment(), component.offset(), true);
        }
    }

    private static void read(PlanComponent component, ReadRequest request) throws IOException {
        component.pool().read(component.segment(), component.offset(), request.destination().duplicate(),
                request.pieceCrcs());
    }

    private void compare(PlanComponent component, WritePlan plan) throws IOException {
        int held = component.pool().checksum(component.segment(), component.offset(), component.lengthBytes());
        if (held != wholeCrc(component, plan.request().pieceCrcs())) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, plan.lengthBytes() + " bytes at " + plan.address()
                    + " of " + plan.request().extent() + " differ from what stands there: an extent is only appended to");
        }
    }

    /** CRC32C of the whole range from those of its pieces. */
    int wholeCrc(PlanComponent component, int[] pieceCrcs) {
        int crc = 0;
        int done = 0;
        for (int piece = 0; done < component.lengthBytes(); piece++) {
            int inBlock = (component.offset() + done) & (geometry.blockBytes() - 1);
            int bytes = Math.min(geometry.blockBytes() - inBlock, component.lengthBytes() - done);
            crc = Crc32cMath.combine(crc, pieceCrcs[piece], bytes);
            done += bytes;
        }
        return crc;
    }
}
