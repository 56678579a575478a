package io.batonfs.server.daemon;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RaidLevel;
import io.batonfs.server.storage.PoolReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The pools of a group's storage servers as JSON, what {@code /pools} answers:
 * <pre>
 *   {"pools": [{"server": 1, "name": "fast", "level": 10, "spans": 1, "capacityBytes": 17, "freeBytes": 9, "spares": 1,
 *               "service": "ALL", "reason": "",
 *               "devices": [{"name": "/dev/sdb", "state": "IN"}]}],
 *    "problems": ["server-1: device refused: /dev/sdc: ..."]}
 * </pre>
 * {@code freeBytes} is not there of a pool that is not open; {@code spares} and states are those of {@link
 * PoolDevices}, {@code service} and {@code reason} those of {@link PoolReport};
 * {@code problems}, which older servers do not tell, those of {@link PoolsAnswer}. Stateless; thread-safe.
 */
final class PoolReports {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PoolReports() {
    }

    static byte[] encode(PoolsAnswer told) throws IOException {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode pools = answer.putArray("pools");
        for (PoolReport report : told.pools()) {
            PoolDevices pool = report.pool();
            ObjectNode node = pools.addObject().put("server", report.server().value()).put("name", pool.name())
                    .put("level", pool.level().number()).put("spans", pool.spans())
                    .put("capacityBytes", pool.capacityBytes());
            report.freeBytes().ifPresent(free -> node.put("freeBytes", free));
            node.put("spares", pool.spares()).put("service", report.service().name())
                    .put("reason", report.reason());
            ArrayNode devices = node.putArray("devices");
            pool.devices().forEach(device -> devices.addObject().put("name", device.name())
                    .put("state", device.state().name()));
        }
        told.problems().forEach(answer.putArray("problems")::add);
        return JSON.writeValueAsBytes(answer);
    }

    /**
     * Reads what {@link #encode} has written.
     *
     * @throws IOException if it is something else, as of a server of another version
     */
    static PoolsAnswer decode(String text) throws IOException {
        try {
            List<PoolReport> reports = new ArrayList<>();
            List<String> problems = new ArrayList<>();
            JsonNode answer = JSON.readTree(text);
            answer.path("problems").forEach(problem -> problems.add(problem.asText()));
            for (JsonNode node : answer.required("pools")) {
                List<PoolDevices.Device> devices = new ArrayList<>();
                for (JsonNode device : node.required("devices")) {
                    devices.add(new PoolDevices.Device(device.required("name").asText(),
                            PoolDevices.State.valueOf(device.required("state").asText())));
                }
                PoolDevices pool = new PoolDevices(node.required("name").asText(),
                        RaidLevel.ofNumber(node.required("level").asInt()), node.required("spans").asInt(),
                        node.required("capacityBytes").asLong(), node.required("spares").asInt(), devices);
                reports.add(new PoolReport(new ServerId(node.required("server").asInt()), pool,
                        PoolReport.Service.valueOf(node.required("service").asText()),
                        node.required("reason").asText(), node.has("freeBytes")
                        ? OptionalLong.of(node.get("freeBytes").asLong()) : OptionalLong.empty()));
            }
            return new PoolsAnswer(reports, problems);
        } catch (JsonProcessingException e) {
            throw new IOException("the answer is not that of a Baton server: it is no JSON", e);
        } catch (IllegalArgumentException e) {
            throw new IOException("the answer is not that of a Baton server of this version: " + e.getMessage(), e);
        }
    }
}
