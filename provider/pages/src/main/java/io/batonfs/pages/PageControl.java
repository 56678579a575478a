package io.batonfs.pages;

import io.batonfs.model.VolumeId;
import java.io.IOException;
import java.util.List;

/**
 * What an administrator, or a service such as migration, may do about volumes and plans in flight (VA-3, VA-6). Every
 * method is a command of the control path and returns when it was carried out. Thread-safe; not to be called from an
 * {@link IoCompletion} or on the engine's executors, which would wait for themselves.
 */
public interface PageControl {

    /** Sets the status of a volume. ENABLED resubmits what QUIESCENT held; DISABLED fails it with UNREACHABLE. */
    void setStatus(VolumeId volume, VolumeStatus status) throws IOException;

    /** The status of a volume; ENABLED if it was never named. */
    VolumeStatus status(VolumeId volume);

    /** From now on holds I/O that begins in a range. Adding a range again does nothing. */
    void addDivertRange(DivertRange range) throws IOException;

    /** Ends that, and resubmits what was held for this range alone. An unknown range is ignored. */
    void removeDivertRange(DivertRange range) throws IOException;

    /**
     * Plans that the control path holds, first come first: diverted ones, those of quiescent volumes, those taken over.
     *
     * @param volume of this volume only, or null
     */
    List<PlanInfo> held(VolumeId volume) throws IOException;

    /**
     * All plans in flight, in the order of their beginning.
     *
     * @param volume   of this volume only, or null
     * @param takeOver whether those that wait for the accelerated path are taken over in the same step
     */
    List<PlanInfo> inFlight(VolumeId volume, boolean takeOver) throws IOException;

    /**
     * Makes the control path the owner of a plan that waits for the accelerated path. Later writes of its extent wait
     * behind it.
     *
     * @return false if it has ended, is being carried out, or is the control path's already
     */
    boolean takeOver(long planId) throws IOException;

    /**
     * Gives a held plan back to the accelerated path.
     *
     * @param passDiverts whether divert ranges do not apply to it any more
     * @return false if it is not held
     */
    boolean resubmit(long planId, boolean passDiverts) throws IOException;

    /**
     * Ends a plan that is held, or that waits for the accelerated path, with AGAIN.
     *
     * @return false if it has ended or is being carried out
     */
    boolean abort(long planId) throws IOException;
}
