package io.batonfs.quickstart;

import java.util.ArrayList;
import java.util.List;

/** What Baton promises of a copy, as conditions on the client's figures. */
final class Promises {

    private Promises() {
    }

    /** No byte through the client, every file by token. */
    static Step.Promise offloaded(SourceTree tree) {
        return figures -> {
            List<String> broken = new ArrayList<>();
            nothingThroughTheClient(figures, broken);
            noFallback(figures, broken);
            long filled = tree.files().stream().filter(file -> file.lengthBytes() > 0).count();
            if (figures.offloadedCopies() < filled) {
                broken.add("only " + figures.offloadedCopies() + " of " + filled + " files were copied by token");
            }
            if (figures.offloadedBytes() != tree.bytes()) {
                broken.add(figures.offloadedBytes() + " bytes were copied by token, the files have " + tree.bytes());
            }
            return broken;
        };
    }

    /** No byte through the client, and one copy: the tree's. */
    static Step.Promise cloned() {
        return figures -> {
            List<String> broken = new ArrayList<>(noClientBytes().broken(figures));
            if (figures.offloadedCopies() != 1) {
                broken.add(figures.offloadedCopies() + " copies were counted for one clone");
            }
            return broken;
        };
    }

    /** No byte through the client. */
    static Step.Promise noClientBytes() {
        return figures -> {
            List<String> broken = new ArrayList<>();
            nothingThroughTheClient(figures, broken);
            noFallback(figures, broken);
            return broken;
        };
    }

    /** Every byte once through the client, which is no fallback: to and from HDFS there is no offload yet. */
    static Step.Promise streamed(long bytes) {
        return figures -> {
            List<String> broken = new ArrayList<>();
            if (figures.clientBytes() != bytes) {
                broken.add(figures.clientBytes() + " bytes passed through the client instead of " + bytes);
            }
            noFallback(figures, broken);
            return broken;
        };
    }

    private static void nothingThroughTheClient(ClientFigures figures, List<String> broken) {
        if (figures.clientBytes() != 0 || figures.lwioBytes() != 0) {
            broken.add(figures.clientBytes() + " bytes passed through the client's streams and " + figures.lwioBytes()
                    + " through its LWIO endpoint, where none should");
        }
    }

    private static void noFallback(ClientFigures figures, List<String> broken) {
        if (figures.fallbacks() != 0) {
            broken.add(figures.fallbacks() + " offloads failed and fell back to ordinary copying: see the log");
        }
    }
}
