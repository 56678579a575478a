/**
 * Pages and extents on one server. An accelerated path executes I/O plans with nothing but immutable, published mapping
 * tables; everything rare (first write to a page, fencing, sealing, freeing, exceptions) is the control path's. See
 * README.md of this module. Knows {@code model} and {@code pools}.
 */
package io.batonfs.pages;
