/**
 * What commands and questions cost, in processor time of the thread that applies and in calls a second: a program to run
 * by hand before and after a change, see the README of the catalog. Not a test: nothing here can fail on time.
 */
package io.batonfs.catalog.costs;
