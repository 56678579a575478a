/**
 * Token formats, keys and their validation.
 */
package io.batonfs.tokens;
