/** The whole system in one JVM, through the interfaces that its users have. */
package io.batonfs.system;
