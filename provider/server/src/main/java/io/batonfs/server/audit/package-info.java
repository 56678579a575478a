/** Who did what: one line for each call on the catalog that reads or changes something, and for each one refused. */
package io.batonfs.server.audit;
