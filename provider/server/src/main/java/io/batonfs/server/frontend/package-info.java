/**
 * The catalog as clients see it, at any server of the group (DESIGN.md 4, control): turns calls into commands, asks the
 * owners of extents what a command needs to know, makes token keys, and does the group's background work.
 */
package io.batonfs.server.frontend;
