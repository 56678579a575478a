/**
 * The quickstart: brings real files from a real HDFS into baton://, copies and clones them there, brings them out again,
 * all with the stock distcp, and checks every step by itself (README.md, "Try it").
 */
package io.batonfs.quickstart;
