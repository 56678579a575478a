/** One server's pages behind LWIO, and what it answers to clients and to the servers of its group. */
package io.batonfs.server.storage;
