/**
 * A storage server: puts catalog, pages, pools and transport together.
 */
package io.batonfs.server;
