package io.batonfs.fs;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockStoragePolicySpi;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.XAttrSetFlag;
import org.apache.hadoop.fs.impl.FileSystemMultipartUploaderBuilder;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.AclStatus;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * {@code baton://} for FileContext; set as {@code fs.AbstractFileSystem.baton.impl}. All is {@link BatonFileSystem}'s: what
 * Hadoop's delegate leaves out or does in several steps is passed on here.
 */
public final class Baton extends DelegateToFileSystem {
    private final BatonFileSystem baton;

    /** What AbstractFileSystem's factory calls. */
    public Baton(URI uri, Configuration conf) throws IOException, URISyntaxException {
        super(uri, new BatonFileSystem(true), conf, BatonFileSystem.SCHEME, false);
        baton = (BatonFileSystem) fsImpl;
    }

    /** One call, where the default looks for the parent first. */
    @Override
    public FSDataOutputStream createInternal(
            Path f, EnumSet<CreateFlag> flag, FsPermission absolutePermission, int bufferSize, short replication,
            long blockSize, Progressable progress, Options.ChecksumOpt checksumOpt, boolean createParent)
            throws IOException {
        checkPath(f);
        return baton.primitiveCreate(f, absolutePermission, flag, replication, blockSize, createParent);
    }

    /** One atomic call, where the default is a delete and a rename. */
    @Override
    @SuppressWarnings("deprecation") // FileSystem's rename with options is deprecated for users, not for this
    public void renameInternal(Path src, Path dst, boolean overwrite) throws IOException {
        checkPath(src);
        checkPath(dst);
        baton.rename(src, dst, overwrite ? Options.Rename.OVERWRITE : Options.Rename.NONE);
    }

    /** A page at a time, where the default lists all. */
    @Override
    public RemoteIterator<FileStatus> listStatusIterator(Path f) throws IOException {
        checkPath(f);
        return baton.listStatusIterator(f);
    }

    /** Likewise. */
    @Override
    public RemoteIterator<LocatedFileStatus> listLocatedStatus(Path f) throws IOException {
        checkPath(f);
        return baton.listLocatedStatus(f);
    }

    @Override
    public void access(Path f, FsAction mode) throws IOException {
        checkPath(f);
        baton.access(f, mode);
    }

    @Override
    public void msync() throws IOException {
        baton.msync();
    }

    @Override
    public void modifyAclEntries(Path f, List<AclEntry> entries) throws IOException {
        checkPath(f);
        baton.modifyAclEntries(f, entries);
    }

    @Override
    public void removeAclEntries(Path f, List<AclEntry> entries) throws IOException {
        checkPath(f);
        baton.removeAclEntries(f, entries);
    }

    @Override
    public void removeDefaultAcl(Path f) throws IOException {
        checkPath(f);
        baton.removeDefaultAcl(f);
    }

    @Override
    public void removeAcl(Path f) throws IOException {
        checkPath(f);
        baton.removeAcl(f);
    }

    @Override
    public void setAcl(Path f, List<AclEntry> entries) throws IOException {
        checkPath(f);
        baton.setAcl(f, entries);
    }

    @Override
    public AclStatus getAclStatus(Path f) throws IOException {
        checkPath(f);
        return baton.getAclStatus(f);
    }

    @Override
    public void setXAttr(Path f, String name, byte[] value, EnumSet<XAttrSetFlag> flag) throws IOException {
        checkPath(f);
        baton.setXAttr(f, name, value, flag);
    }

    @Override
    public byte[] getXAttr(Path f, String name) throws IOException {
        checkPath(f);
        return baton.getXAttr(f, name);
    }

    @Override
    public Map<String, byte[]> getXAttrs(Path f) throws IOException {
        checkPath(f);
        return baton.getXAttrs(f);
    }

    @Override
    public Map<String, byte[]> getXAttrs(Path f, List<String> names) throws IOException {
        checkPath(f);
        return baton.getXAttrs(f, names);
    }

    @Override
    public List<String> listXAttrs(Path f) throws IOException {
        checkPath(f);
        return baton.listXAttrs(f);
    }

    @Override
    public void removeXAttr(Path f, String name) throws IOException {
        checkPath(f);
        baton.removeXAttr(f, name);
    }

    @Override
    public void setStoragePolicy(Path f, String policyName) throws IOException {
        checkPath(f);
        baton.setStoragePolicy(f, policyName);
    }

    @Override
    public void unsetStoragePolicy(Path f) throws IOException {
        checkPath(f);
        baton.unsetStoragePolicy(f);
    }

    @Override
    public void satisfyStoragePolicy(Path f) throws IOException {
        checkPath(f);
        baton.satisfyStoragePolicy(f);
    }

    @Override
    public BlockStoragePolicySpi getStoragePolicy(Path f) throws IOException {
        checkPath(f);
        return baton.getStoragePolicy(f);
    }

    @Override
    public Collection<? extends BlockStoragePolicySpi> getAllStoragePolicies() throws IOException {
        return baton.getAllStoragePolicies();
    }

    @Override
    public Path createSnapshot(Path f, String name) throws IOException {
        checkPath(f);
        return baton.createSnapshot(f, name);
    }

    @Override
    public void renameSnapshot(Path f, String oldName, String newName) throws IOException {
        checkPath(f);
        baton.renameSnapshot(f, oldName, newName);
    }

    @Override
    public void deleteSnapshot(Path f, String name) throws IOException {
        checkPath(f);
        baton.deleteSnapshot(f, name);
    }

    @Override
    public FileSystemMultipartUploaderBuilder createMultipartUploader(Path basePath) throws IOException {
        checkPath(basePath);
        return baton.createMultipartUploader(basePath);
    }
}
