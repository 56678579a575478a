/** What programs for people at a terminal show: a line that says how far they are, tables. */
package io.batonfs.console;
