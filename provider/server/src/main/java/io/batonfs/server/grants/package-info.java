/** Resume keys: what they grant, how they are signed and proved (LW-1, LW-5, CAT-10, CAT-12). */
package io.batonfs.server.grants;
