/**
 * The benchmark, {@code mvn -Pbench}: the same rows of work on HDFS and on Baton, in one run on one machine, samples of
 * the sides in turn. What is measured, what each side has forced when it answers, and what processor time and memory it
 * took goes to JSON files and to a table. README.md says how a row is added.
 */
package io.batonfs.bench;
