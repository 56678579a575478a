/**
 * A storage server (DESIGN.md 3): puts catalog, pages, pools and transport together.
 * <ul>
 * <li>{@code grants}: resume keys;
 * <li>{@code storage}: one server's pages behind LWIO, and what it answers to clients and to the group;
 * <li>{@code frontend}: the catalog as clients see it, at any server of the group;
 * <li>{@code local}: a whole group inside one process.
 * </ul>
 */
package io.batonfs.server;
