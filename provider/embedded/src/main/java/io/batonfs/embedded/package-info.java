/**
 * A whole group inside one JVM.
 */
package io.batonfs.embedded;
