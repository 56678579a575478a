/**
 * The hook that lets stock distcp copy by token within a group (FACTS: hooking the stock tools). An InputFormat named in
 * core-site.xml swaps the mapper; the mapper runs the stock code unchanged over a file system that answers
 * {@code create} with an offloaded copy and then lets the stock loop "copy" bytes that are never produced. What is
 * refused, and what isn't baton to baton in one group, goes through the stock streams; these are watched: a source that
 * changes meanwhile is refused, and a target is written whole or not at all.
 */
package io.batonfs.fs.distcp;
