/**
 * What tests send to the nodes: mappers for task JVMs, which have neither the tests nor their libraries. A jar is made of
 * this package alone.
 */
package io.batonfs.yarn.tasks;
