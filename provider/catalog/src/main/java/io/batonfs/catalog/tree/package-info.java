/**
 * Reading the tree of shared nodes: paths, lookups through bases (CAT-1), marks of what is foreign, permissions. Used by
 * the machine before it changes anything, and by readers. Changes nothing.
 */
package io.batonfs.catalog.tree;
