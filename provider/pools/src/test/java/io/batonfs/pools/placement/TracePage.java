package io.batonfs.pools.placement;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;

/** A page as a trace names it. */
record TracePage(VolumeId volume, ExtentId extent, long page) {
}
