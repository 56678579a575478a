package io.batonfs.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenPartsTest {

    @Test
    void everyPartIsClosedLastFirstAndOnceWhateverFails() throws Exception {
        List<String> closed = new ArrayList<>();
        OpenParts parts = new OpenParts();
        parts.add(() -> closed.add("first"));
        parts.add(() -> {
            closed.add("second");
            throw new IOException("the second");
        });
        parts.add(() -> {
            closed.add("third");
            throw new IllegalStateException("the third");
        });
        IOException failure = assertThrows(IOException.class, parts::close);
        assertEquals(List.of("third", "second", "first"), closed);
        assertEquals("the third", failure.getCause().getMessage());
        assertEquals("the second", failure.getSuppressed()[0].getMessage());
        parts.close();
        assertEquals(3, closed.size());
    }
}
