/** A whole group inside one process, with everything that it keeps in one directory (DESIGN.md 8). */
package io.batonfs.server.local;
