/**
 * Tokens and their keys (specs TOK): the 512-byte ROD token of SPC-4 5.17.6, its 256-bit key, and the check that one was
 * made by this group and nobody altered it. What a token stands for, and whether it still may, stands in the catalog's
 * token store.
 */
package io.batonfs.tokens;
