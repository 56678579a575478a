/** Keeps the shape of the house: arrows between modules, names, poms, README. */
package io.batonfs.architecture;
