/**
 * Recounts everything in the catalog's tables from scratch and says what does not add up: for tests and for checking a
 * group. Reads all tables; changes nothing.
 */
package io.batonfs.catalog.audit;
