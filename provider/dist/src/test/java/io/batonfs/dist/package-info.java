/** Tests of the finished tarball: unpacked, started as a real process, killed and ended as operators do. */
package io.batonfs.dist;
