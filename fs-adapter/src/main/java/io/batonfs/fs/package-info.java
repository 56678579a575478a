/**
 * Hadoop's view of a group: {@link io.batonfs.fs.BatonFileSystem} for {@code baton://} URIs, and
 * {@link io.batonfs.fs.Baton} for FileContext. A thin façade over {@link io.batonfs.client.BatonClient}; what takes more
 * than a call is a small class of its own. Exceptions that Hadoop's callers expect are made here and nowhere else
 * ({@code HadoopErrors}). The subpackage {@code distcp} is the hook that lets stock distcp copy by token.
 */
package io.batonfs.fs;
