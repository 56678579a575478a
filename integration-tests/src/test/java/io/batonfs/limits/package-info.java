/**
 * How far names, paths, directories, files and open streams go, and what is said beyond: each limit is met from both
 * sides. Sizes are properties; the soak profile sets the big ones.
 */
package io.batonfs.limits;
