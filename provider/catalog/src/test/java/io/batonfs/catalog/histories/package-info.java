/**
 * Random histories of the catalog beside a naive model: plain maps, deep copies on clone (specs CAT, "Check it"). A
 * history is a list of {@link io.batonfs.catalog.histories.Step}s; whatever its steps, model and catalog must agree
 * after each, so that a failing history can be cut down step by step.
 */
package io.batonfs.catalog.histories;
