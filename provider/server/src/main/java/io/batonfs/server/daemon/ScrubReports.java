package io.batonfs.server.daemon;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.LostRange;
import io.batonfs.pools.ScrubProgress;
import io.batonfs.pools.ScrubState;
import io.batonfs.server.PoolName;
import io.batonfs.server.storage.ScrubReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How scrubbing of a group's storage servers is, as JSON, what {@code /scrub} answers:
 * <pre>
 *   {"scrub": [{"server": 1, "set": 1, "state": "RUNNING", "pool": "fast", "passBegunMs": 17, "lastWholePassMs": 9,
 *               "nextPassMs": 0, "totalBytes": 90, "doneBytes": 40, "readBytes": 70, "writtenBytes": 0, "damagedBlocks": 0,
 *               "repairedBlocks": 0, "lostBytes": 1, "lost": [{"pool": "fast", "group": "...", "volume": 1, "page": 2,
 *               "extent": 3, "offset": 4, "lengthBytes": 1, "reason": "..."}], "failureCount": 0, "failures": []},
 *              {"server": 2, "offBecause": "...", "offByFailure": false}]}
 * </pre>
 * Fields are those of {@link ScrubProgress}; {@code heldBecause} is there only while a pass is held, and
 * {@code set}, the number of a set of the server's devices, not in answers of older servers, which have one. Stateless;
 * thread-safe.
 */
final class ScrubReports {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ScrubReports() {
    }

    static byte[] encode(List<ScrubReport> reports) throws IOException {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode servers = answer.putArray("scrub");
        for (ScrubReport report : reports) {
            ObjectNode node = servers.addObject().put("server", report.server().value())
                    .put("set", report.set());
            report.progress().ifPresentOrElse(progress -> encode(progress, node), () -> node
                    .put("offBecause", report.offBecause()).put("offByFailure", report.offByFailure()));
        }
        return JSON.writeValueAsBytes(answer);
    }

    private static void encode(ScrubProgress progress, ObjectNode node) {
        node.put("state", progress.state().name());
        progress.heldBecause().ifPresent(reason -> node.put("heldBecause", reason));
        node.put("pool", progress.pool()).put("passBegunMs", progress.passBegunMs())
                .put("lastWholePassMs", progress.lastWholePassMs()).put("nextPassMs", progress.nextPassMs())
                .put("totalBytes", progress.totalBytes()).put("doneBytes", progress.doneBytes())
                .put("readBytes", progress.readBytes()).put("writtenBytes", progress.writtenBytes())
                .put("damagedBlocks", progress.damagedBlocks()).put("repairedBlocks", progress.repairedBlocks())
                .put("lostBytes", progress.lostBytes());
        LostRanges.encode(progress.lost(), node.putArray("lost"));
        node.put("failureCount", progress.failureCount());
        ArrayNode failures = node.putArray("failures");
        progress.failures().forEach(failures::add);
    }

    /**
     * Reads what {@link #encode} has written.
     *
     * @throws IOException if it is something else, as of a server of another version
     */
    static List<ScrubReport> decode(String text) throws IOException {
        try {
            List<ScrubReport> reports = new ArrayList<>();
            for (JsonNode node : JSON.readTree(text).required("scrub")) {
                Optional<ScrubProgress> progress =
                        node.has("offBecause") ? Optional.empty() : Optional.of(progress(node));
                reports.add(new ScrubReport(new ServerId(node.required("server").asInt()),
                        node.path("set").asInt(PoolName.FIRST_SET), progress,
                        node.path("offBecause").asText(), node.path("offByFailure").asBoolean()));
            }
            return reports;
        } catch (JsonProcessingException e) {
            throw new IOException("the answer is not that of a Baton server: it is no JSON", e);
        } catch (IllegalArgumentException e) {
            throw new IOException("the answer is not that of a Baton server of this version: " + e.getMessage(), e);
        }
    }

    private static ScrubProgress progress(JsonNode node) {
        List<LostRange> lost = LostRanges.decode(node.required("lost"));
        List<String> failures = new ArrayList<>();
        node.required("failures").forEach(failure -> failures.add(failure.asText()));
        return new ScrubProgress(ScrubState.valueOf(node.required("state").asText()),
                node.has("heldBecause") ? Optional.of(node.get("heldBecause").asText()) : Optional.empty(),
                node.required("passBegunMs").asLong(), node.required("lastWholePassMs").asLong(),
                node.required("nextPassMs").asLong(), node.required("pool").asText(),
                node.required("totalBytes").asLong(), node.required("doneBytes").asLong(),
                node.required("readBytes").asLong(), node.required("writtenBytes").asLong(),
                node.required("damagedBlocks").asLong(), node.required("repairedBlocks").asLong(),
                node.required("lostBytes").asLong(), lost, node.required("failureCount").asLong(), failures);
    }
}
