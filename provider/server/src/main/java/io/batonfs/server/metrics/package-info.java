/** What the daemon counts, as sources of Hadoop's metrics2: shown by /jmx and /prom, and sent where sinks send it. */
package io.batonfs.server.metrics;
