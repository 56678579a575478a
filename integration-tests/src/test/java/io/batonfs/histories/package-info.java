/**
 * Races with a judge: clients do random things to a few names at once, every call is recorded with its beginning and end,
 * and a checker decides whether the calls have an order, one after the other, that explains all that was seen.
 */
package io.batonfs.histories;
