package io.batonfs.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The rows as a JSON array of objects, for scripts. */
final class JsonReport {

    private JsonReport() {
    }

    /** Writes the report, replacing an older one. */
    static void write(List<StepRow> rows, Path file) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ArrayNode array = mapper.createArrayNode();
        for (StepRow row : rows) {
            array.addObject()
                    .put("step", row.step())
                    .put("files", row.files())
                    .put("bytes", row.bytes())
                    .put("seconds", Math.round(row.seconds() * 1000) / 1000.0)
                    .put("clientBytes", row.clientBytes())
                    .put("offloaded", row.offloaded())
                    .put("fallbacks", row.fallbacks())
                    .put("verified", row.verified());
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(array) + "\n");
    }
}
