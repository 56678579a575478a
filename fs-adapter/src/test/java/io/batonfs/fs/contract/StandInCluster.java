package io.batonfs.fs.contract;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockConstructionWithAnswer;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.server.namenode.AclEntryStatusFormat;
import org.apache.hadoop.hdfs.server.namenode.AclFeature;
import org.apache.hadoop.hdfs.server.namenode.FSDirectory;
import org.apache.hadoop.hdfs.server.namenode.FSNamesystem;
import org.apache.hadoop.hdfs.server.namenode.INode;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.mockito.MockedConstruction;
import org.mockito.invocation.InvocationOnMock;

/**
 * What Hadoop's NameNode suites believe to be their cluster, so that their methods run against the {@link TestGroup}
 * without a NameNode. Whatever they ask it is answered by the group: its file system, whoever asks; what the NameNode's
 * tables say of ACLs and modes, by the file system's status. Started again it is as it was, since the group goes on.
 */
final class StandInCluster {
    private StandInCluster() {
    }

    /** A cluster; used in the place of one. */
    static MiniDFSCluster start(Configuration conf) throws IOException {
        MiniDFSCluster cluster = mock(MiniDFSCluster.class);
        when(cluster.getConfiguration(anyInt())).thenReturn(conf);
        DistributedFileSystem fileSystem = mock(DistributedFileSystem.class, StandInCluster::ofTheGroup);
        when(cluster.getFileSystem()).thenReturn(fileSystem);
        FSDirectory directory = mock(FSDirectory.class);
        when(directory.getINode(any(), any())).thenAnswer(asked -> node(asked.getArgument(0)));
        FSNamesystem namesystem = mock(FSNamesystem.class);
        when(namesystem.getFSDirectory()).thenReturn(directory);
        when(cluster.getNamesystem()).thenReturn(namesystem);
        NameNode nameNode = mock(NameNode.class);
        when(nameNode.getNamesystem()).thenReturn(namesystem);
        when(cluster.getNameNode()).thenReturn(nameNode);
        return cluster;
    }

    /** While this is open, who builds a cluster gets this one. */
    static MockedConstruction<MiniDFSCluster.Builder> inThePlaceOfOthers(MiniDFSCluster cluster) {
        return mockConstructionWithAnswer(MiniDFSCluster.Builder.class, asked -> asked.getMethod().getName().equals("build")
                ? cluster : asked.getMock());
    }

    /** Passes a call on to the file system of whoever makes it. */
    private static Object ofTheGroup(InvocationOnMock call) throws Throwable {
        FileSystem fs = TestGroup.fileSystem(TestGroup.configuration());
        try {
            return FileSystem.class.getMethod(call.getMethod().getName(), call.getMethod().getParameterTypes())
                    .invoke(fs, call.getArguments());
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static INode node(String path) throws IOException {
        FileSystem fs = TestGroup.fileSystemOf(TestGroup.superuser());
        List<AclEntry> entries = fs.getAclStatus(new Path(path)).getEntries();
        INode node = mock(INode.class);
        when(node.getAclFeature()).thenReturn(
                entries.isEmpty() ? null : new AclFeature(AclEntryStatusFormat.toInt(entries)));
        when(node.getFsPermission()).thenReturn(fs.getFileStatus(new Path(path)).getPermission());
        return node;
    }
}
