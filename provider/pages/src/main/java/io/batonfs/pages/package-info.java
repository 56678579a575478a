/**
 * Pages and extents on one server: accelerated path and control path.
 */
package io.batonfs.pages;
