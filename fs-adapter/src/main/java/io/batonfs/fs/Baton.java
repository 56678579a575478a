package io.batonfs.fs;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** {@code baton://} for FileContext; set as {@code fs.AbstractFileSystem.baton.impl}. All is {@link BatonFileSystem}'s. */
public final class Baton extends DelegateToFileSystem {

    /** What AbstractFileSystem's factory calls. */
    public Baton(URI uri, Configuration conf) throws IOException, URISyntaxException {
        super(uri, new BatonFileSystem(true), conf, BatonFileSystem.SCHEME, false);
    }

    /** One atomic call, where the default is a delete and a rename. */
    @Override
    @SuppressWarnings("deprecation") // FileSystem's rename with options is deprecated for users, not for this
    public void renameInternal(Path src, Path dst, boolean overwrite) throws IOException {
        checkPath(src);
        checkPath(dst);
        ((BatonFileSystem) fsImpl).rename(src, dst, overwrite ? Options.Rename.OVERWRITE : Options.Rename.NONE);
    }

    /** A page at a time, where the default lists all. */
    @Override
    public RemoteIterator<FileStatus> listStatusIterator(Path f) throws IOException {
        checkPath(f);
        return fsImpl.listStatusIterator(f);
    }
}
