package io.batonfs.pages;

/** Whether I/O on a volume is carried out (VA-3). */
public enum VolumeStatus {
    /** Carried out. */
    ENABLED,
    /** Held, and carried out once the volume is enabled again. I/O begun before may still be ending. */
    QUIESCENT,
    /** Refused with UNREACHABLE. */
    DISABLED
}
