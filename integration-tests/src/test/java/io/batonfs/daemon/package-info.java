/**
 * What a daemon as operators run it stands: full disks, kills, signals, garbage on its ports, many clients and many users.
 * Everything is a process of its own; each promise of the operators' handbook is tried where it hurts.
 */
package io.batonfs.daemon;
