package io.batonfs.protocol;

import io.batonfs.model.ExtentId;
import io.batonfs.model.ResumeKey;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * What clients ask of one storage server besides LWIO itself: the pipe of LW-1 and facts about open extents.
 * Thread-safe.
 */
public interface StorageService {

    /**
     * LW-1's negotiation over the pipe.
     *
     * @param negotiateRequest the bytes of a negotiate request
     * @return the bytes of the negotiate response and the secret that signs AUTH (LW-4)
     */
    Negotiated negotiate(CallContext context, byte[] negotiateRequest) throws IOException;

    /**
     * Acknowledged length of an open extent, for readers of open files (CAT-10).
     *
     * @param key a resume key that grants reading the extent, or writing it
     * @return empty if the extent is not held here
     * @throws io.batonfs.model.BatonException KEY_REFUSED
     */
    OptionalLong acknowledgedLength(CallContext context, ResumeKey key, ExtentId extent) throws IOException;

    /**
     * CRC32C of a range of an extent, from the owner's block checksums.
     *
     * @param key a resume key that grants reading the extent
     * @throws io.batonfs.model.BatonException KEY_REFUSED, STALE_ROUTE if the extent has moved, NO_SUCH_EXTENT
     */
    int checksum(CallContext context, ResumeKey key, ExtentId extent, long offset, long lengthBytes)
            throws IOException;

    /**
     * Tells the server what to do about scrubbing (POOL-4); for administrators. An order that comes again changes
     * nothing more.
     *
     * @return whether anything is other than before: not if a pass was under way already, or none was paused
     * @throws io.batonfs.model.BatonException PERMISSION_DENIED, UNSUPPORTED if this server does not scrub, BUSY if a
     *                                         pass can't begin because it is paused
     */
    boolean scrub(CallContext context, ScrubOrder order) throws IOException;

    /**
     * Takes a device into a place of the server's set, or back into it, where it is rebuilt from then on, or keeps one as a
     * spare, or no longer (POOL-3); for administrators. An order that comes again is refused, since it is carried out.
     *
     * @return what the device is called
     * @throws io.batonfs.model.BatonException PERMISSION_DENIED; INVALID_ARGUMENT if there is no such place or the device
     *                                         can't be taken, NOT_FOUND if there is none, BUSY if it is in use, NO_SPACE
     *                                         if it is too small, DATA_LOST if something would be given up that is not
     *                                         to be; nothing was changed then
     */
    String changeDevice(CallContext context, DeviceOrder order) throws IOException;

    /**
     * Takes devices in as a further set of the server, where new data go from then on; for administrators. An order that
     * comes again is refused, since the devices are in use then.
     *
     * @throws io.batonfs.model.BatonException PERMISSION_DENIED; INVALID_ARGUMENT if the pools don't fit on the devices
     *                                         or a path is none, NOT_FOUND if there is no device, BUSY if one is in use,
     *                                         ALREADY_EXISTS if it is not blank, NO_SPACE; nothing was changed then
     */
    NewDeviceSet.Added addDeviceSet(CallContext context, NewDeviceSet order) throws IOException;

    /**
     * Gives one of the server's further sets of devices back: its pages are carried to the other sets while the server
     * serves, and then its devices are blank; or calls that off. For administrators. An order that comes again changes
     * nothing, and is answered with what is left to do.
     *
     * @throws io.batonfs.model.BatonException PERMISSION_DENIED; INVALID_ARGUMENT if there is no such set, or it can't be
     *                                         given back; NO_SPACE if the others have no room for what it holds, BUSY if
     *                                         another set is being given back, READ_ONLY if one of its pools takes no
     *                                         changes, UNREACHABLE if it is not open; nothing was changed then
     */
    RetireOrder.Answer retireDeviceSet(CallContext context, RetireOrder order) throws IOException;

    /**
     * Begins or ends measuring a device while the server serves, or tells of it (POOL-1); for administrators. An order that
     * comes again changes nothing more, unless it wants the device measured again. One device is measured at a time.
     *
     * @return how far it is now
     * @throws io.batonfs.model.BatonException PERMISSION_DENIED; INVALID_ARGUMENT if there is no such device or it can't
     *                                         be measured so, BUSY if another one is being measured, ALREADY_EXISTS if
     *                                         what is kept was measured otherwise, DATA_LOST if that is damaged,
     *                                         UNSUPPORTED if the server is ending
     */
    DeviceMeasurement measureDevice(CallContext context, MeasureOrder order) throws IOException;

    /**
     * The outcome of a negotiation.
     *
     * @param response   bytes of the negotiate response
     * @param authSecret 32 bytes; never logged
     */
    record Negotiated(byte[] response, byte[] authSecret) {

        /** Keeps the secret out of logs. */
        @Override
        public String toString() {
            return "Negotiated[" + response.length + " bytes]";
        }
    }
}
