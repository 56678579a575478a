package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import java.util.ArrayList;
import java.util.List;

/**
 * Step 64 of the seed's Fig. 6: finds what an I/O addresses in one version of the mapping table, checks it, and
 * translates logical to physical. Reads the table and the lane, changes nothing, never waits.
 */
final class PlanTranslator {
    private final PageGeometry geometry;

    PlanTranslator(PageGeometry geometry) {
        this.geometry = geometry;
    }

    /**
     * A page that no extent here has is NO_SUCH_EXTENT (look the file up again, CAT-12); bytes beyond what is
     * acknowledged are INVALID_ARGUMENT (the reader's mistake: nobody told it of them); a page that should be there and
     * is not is DATA_LOST.
     */
    Translation read(PageTable table, ReadPlan plan) {
        VolumeEntry volume = table.volume(plan.volume());
        long page = geometry.pageOf(plan.address());
        ExtentEntry extent = volume.extentAt(page);
        if (extent == null) {
            return Translation.refused(ErrorCode.NO_SUCH_EXTENT, "page " + page + " of " + plan.volume()
                    + " belongs to no extent held here: look the file up again");
        }
        PlanExceptionKind exception = statusException(volume, plan);
        if (exception != null) {
            return Translation.exception(exception);
        }
        PageEntry row = extent.page(page);
        if (row.state() == PageState.LOST) {
            return Translation.refused(ErrorCode.DATA_LOST, "page " + page + " of " + plan.volume() + " ("
                    + extent.id() + ") is missing here, or claimed by several segments: see the engine's problems");
        }
        if (row.state() == PageState.ABSENT) {
            return Translation.refused(ErrorCode.DATA_LOST, extent.absent(page));
        }
        int offset = geometry.offsetInPage(plan.address());
        long readable = row.state() == PageState.SEALED
                ? row.sealedBytes()
                : extent.lane().endAddress() - geometry.addressOf(page);
        if (offset + (long) plan.lengthBytes() > readable) {
            BatonException unavailable = extent.unavailable(geometry, true);
            if (unavailable != null) {
                return Translation.refused(unavailable.code(), unavailable.getMessage());
            }
            return Translation.refused(ErrorCode.INVALID_ARGUMENT, plan.lengthBytes() + " bytes at " + plan.address()
                    + " of " + plan.volume() + " reach beyond the acknowledged "
                    + extent.lengthBytes(geometry) + " bytes of " + extent.id() + ": ask for its length first");
        }
        if (plan.lengthBytes() == 0) {
            return Translation.executable(List.of(), null);
        }
        return Translation.executable(List.of(new PlanComponent(PlanComponent.Role.PRIMARY,
                PlanComponent.Operation.READ, row, offset, plan.lengthBytes())), row.readers());
    }

    /** Called by the thread that drains the lane. */
    Translation write(PageTable table, WritePlan plan, WriteLane lane) {
        WriteRequest request = plan.request();
        ExtentEntry extent = table.extent(request.extent());
        if (extent == null || !extent.run().volume().equals(plan.volume())) {
            return Translation.refused(ErrorCode.NO_SUCH_EXTENT, request.extent() + " of " + plan.volume()
                    + " is not held here: look the file up again");
        }
        if (extent.lane() != lane) {
            return Translation.refused(ErrorCode.AGAIN, extent.id() + " was given anew while this write waited");
        }
        int epochs = request.writeEpoch().compareTo(extent.epoch());
        if (epochs != 0) {
            return Translation.exception(epochs < 0 ? PlanExceptionKind.STALE_EPOCH : PlanExceptionKind.NEWER_EPOCH);
        }
        PlanExceptionKind exception = statusException(table.volume(plan.volume()), plan);
        if (exception != null) {
            return Translation.exception(exception);
        }
        if (plan.lengthBytes() == 0) {
            return force(extent, lane);
        }
        long page = geometry.pageOf(plan.address());
        if (!extent.run().contains(page)) {
            return Translation.refused(ErrorCode.INVALID_ARGUMENT, "page " + page + " is not one of "
                    + extent.id() + ", which has " + extent.run());
        }
        long end = lane.endAddress();
        if (plan.address() + plan.lengthBytes() <= end) {
            return repeat(extent, plan, lane);
        }
        return plan.address() == end ? append(extent, plan, lane) : Translation.refused(ErrorCode.INVALID_ARGUMENT,
                plan.lengthBytes() + " bytes at " + plan.address() + " of " + plan.volume()
                        + " neither begin at the end of " + extent.id() + ", which is " + end
                        + ", nor lie wholly before it: an extent is only appended to");
    }

    private static PlanExceptionKind statusException(VolumeEntry volume, IoPlan plan) {
        if (volume.status() != VolumeStatus.ENABLED) {
            return volume.status() == VolumeStatus.QUIESCENT ? PlanExceptionKind.QUIESCENT : PlanExceptionKind.DISABLED;
        }
        return !plan.passesDiverts() && volume.diverts(plan.address(), plan.lengthBytes())
                ? PlanExceptionKind.DIVERTED
                : null;
    }

    private Translation append(ExtentEntry extent, WritePlan plan, WriteLane lane) {
        if (lane.isSealed()) {
            return Translation.refused(ErrorCode.INVALID_ARGUMENT, extent.id() + " is sealed at "
                    + extent.lengthBytes(geometry) + " bytes: go on in a new extent");
        }
        long page = geometry.pageOf(plan.address());
        PageEntry row = extent.page(page);
        switch (row.state()) {
            case UNMAPPED:
                return Translation.exception(PlanExceptionKind.UNMAPPED_PAGE);
            case STALE:
                return Translation.exception(PlanExceptionKind.STALE_SEGMENT);
            case MOVING:
                return Translation.exception(PlanExceptionKind.PAGE_MOVING);
            case OPEN:
                break;
            default:
                return unwritable(extent, page, row);
        }
        List<PlanComponent> components = new ArrayList<>();
        if (plan.request().writeThrough()) {
            Translation refused = addForces(extent, lane, geometry.addressOf(page), components);
            if (refused != null) {
                return refused;
            }
        }
        components.add(new PlanComponent(PlanComponent.Role.PRIMARY, PlanComponent.Operation.APPEND, row,
                geometry.offsetInPage(plan.address()), plan.lengthBytes()));
        return Translation.executable(components, null);
    }

    private Translation repeat(ExtentEntry extent, WritePlan plan, WriteLane lane) {
        long page = geometry.pageOf(plan.address());
        PageEntry row = extent.page(page);
        if (!row.isServed()) {
            return unwritable(extent, page, row);
        }
        List<PlanComponent> components = new ArrayList<>();
        components.add(new PlanComponent(PlanComponent.Role.PRIMARY, PlanComponent.Operation.COMPARE, row,
                geometry.offsetInPage(plan.address()), plan.lengthBytes()));
        Translation refused =
                plan.request().writeThrough() ? addForces(extent, lane, lane.endAddress(), components) : null;
        return refused != null ? refused : Translation.executable(components, null);
    }

    private Translation force(ExtentEntry extent, WriteLane lane) {
        List<PlanComponent> components = new ArrayList<>();
        Translation refused = addForces(extent, lane, lane.endAddress(), components);
        return refused != null ? refused : Translation.executable(components, null);
    }

    /** Adds a force for each page that has bytes not known to be forced below an address; null if all went well. */
    private Translation addForces(
            ExtentEntry extent, WriteLane lane, long belowAddress, List<PlanComponent> components) {
        for (long address = lane.forcedAddress(); address < belowAddress;) {
            long page = geometry.pageOf(address);
            PageEntry row = extent.page(page);
            long nextPage = geometry.addressOf(page + 1);
            boolean open = row.state() == PageState.OPEN || row.state() == PageState.MOVING;
            if (!open && row.state() != PageState.SEALED) {
                return unwritable(extent, page, row);
            }
            int held = (int) (Math.min(nextPage, lane.endAddress()) - geometry.addressOf(page));
            components.add(new PlanComponent(PlanComponent.Role.EARLIER_PAGE,
                    open ? PlanComponent.Operation.FORCE : PlanComponent.Operation.FORCE_SEALED,
                    row, held, 0));
            address = nextPage;
        }
        return null;
    }

    private static Translation unwritable(ExtentEntry extent, long page, PageEntry row) {
        return switch (row.state()) {
            case UNCERTAIN -> Translation.refused(ErrorCode.OUTCOME_UNKNOWN, "an earlier write to page " + page + " of "
                    + extent.id() + " ended without an answer: seal the extent and go on in a new one");
            case SEALED -> Translation.refused(ErrorCode.INVALID_ARGUMENT, "page " + page + " of " + extent.id()
                    + " is sealed: seal the extent and go on in a new one");
            case ABSENT -> Translation.refused(ErrorCode.DATA_LOST, extent.absent(page));
            default -> Translation.refused(ErrorCode.DATA_LOST, "page " + page + " of " + extent.id()
                    + " is missing here, or claimed by several segments: see the engine's problems");
        };
    }
}
