package io.batonfs.pages;

/** Makes the lane of an extent that becomes known. */
@FunctionalInterface
interface LaneMaker {

    /** See the constructor of {@link WriteLane}. */
    WriteLane make(long startAddress, long endAddress, boolean sealed);
}
