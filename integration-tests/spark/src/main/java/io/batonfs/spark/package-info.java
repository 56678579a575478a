/**
 * A Spark application as users write them: it knows Spark's and Hadoop's interfaces and a URI, and nothing of Baton. It
 * checks what it reads by itself; what lies in the file system afterwards is for the test that submits it.
 */
package io.batonfs.spark;
