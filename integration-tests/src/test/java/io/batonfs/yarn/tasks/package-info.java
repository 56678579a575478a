/**
 * What tests send to the nodes: mappers and reducers that run in task JVMs, which have neither the tests nor their libraries.
 * {@link io.batonfs.yarn.tasks.JobJar} makes a jar of this package alone.
 */
package io.batonfs.yarn.tasks;
