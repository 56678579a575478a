/**
 * What people type: {@link io.batonfs.fs.shell.BatonFsShell} is {@code hadoop fs} with a {@code -cp} that copies by token
 * within a group, {@link io.batonfs.fs.shell.BatonShell} is {@code hadoop baton}. Both are put into Hadoop's scripts by
 * {@code conf/shellprofile.d/baton.sh}.
 */
package io.batonfs.fs.shell;
