package io.batonfs.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** A figure as a line, for its way from the client. */
final class FigureJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private FigureJson() {
    }

    static String write(Figure figure) throws JsonProcessingException {
        ObjectNode node = JSON.createObjectNode().put("value", figure.value());
        ObjectNode details = node.putObject("details");
        figure.details().forEach(details::put);
        return JSON.writeValueAsString(node);
    }

    static Figure read(String line) throws IOException {
        var node = JSON.readTree(line);
        if (!node.path("value").isNumber()) {
            throw new IOException("not a figure: " + line);
        }
        Map<String, Double> details = new TreeMap<>();
        node.path("details").fields()
                .forEachRemaining(field -> details.put(field.getKey(), field.getValue().asDouble()));
        return new Figure(node.get("value").asDouble(), details);
    }
}
