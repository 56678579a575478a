/**
 * Records what jobs do with the pages of a group, for the simulator of placement in {@code provider/pools}. Not a test
 * of Baton: a test sees to it that recording works.
 */
package io.batonfs.trace;
