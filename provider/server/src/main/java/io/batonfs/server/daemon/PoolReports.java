package io.batonfs.server.daemon;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.DeviceHealth;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.RebuildProgress;
import io.batonfs.pools.RebuildState;
import io.batonfs.server.PoolName;
import io.batonfs.server.storage.DeviceReport;
import io.batonfs.server.storage.PoolCostReport;
import io.batonfs.pools.SpareDevice;
import io.batonfs.server.storage.PoolReport;
import io.batonfs.server.storage.RebuildReport;
import io.batonfs.server.storage.RetirementReport;
import io.batonfs.server.storage.SpareReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The pools of a group's storage servers as JSON, what {@code /pools} answers:
 * <pre>
 *   {"pools": [{"server": 1, "name": "fast", "level": 10, "spans": 1, "capacityBytes": 17, "freeBytes": 9,
 *               "freeSlots": 5, "spares": 1, "service": "ALL", "reason": "",
 *               "devices": [{"name": "/dev/sdb", "state": "IN"}]}],
 *    "problems": ["server-1: device refused: /dev/sdc: ..."],
 *    "rebuilds": [{"server": 1, "pool": "fast", "place": 3, "device": "/dev/sdb", "state": "RUNNING", "doneBytes": 4,
 *                  "totalBytes": 9, "bytesPerSecond": 2, "secondsLeft": 3, "lostBytes": 0, "lost": [], "reason": ""}],
 *    "spares": [{"server": 1, "set": 1, "name": "/dev/sdc", "sizeBytes": 17, "reason": ""}],
 *    "costs": [{"server": 1, "pool": "fast", "read": 1.0, "degradedRead": 1.0, "write": 1.5, "space": 2.0,
 *               "basis": "guessed"}],
 *    "retirements": [{"server": 1, "set": 2, "pools": ["fast@2"], "bytesLeft": 9, "bytesMoved": 4, "bytesPerSecond": 2,
 *                     "waiting": "why"}],
 *    "devices": [{"server": 1, "set": 1, "place": 3, "role": "MEMBER", "device": "/dev/sdb", "readErrors": 0,
 *                 "writeErrors": 0, "forceErrors": 0, "damagedBlocks": 2, "mendedBlocks": 2, "damagedInADay": 1,
 *                 "unansweredMs": 0, "forcingMs": 0, "followed": false, "hung": false, "goingBad": false}]}
 * </pre>
 * {@code freeBytes} and {@code freeSlots}, which older servers do not tell at all, are not there of a pool that is not
 * open; {@code spares} and states are those of {@link
 * PoolDevices}, {@code service} and {@code reason} those of {@link PoolReport};
 * {@code problems}, which older servers do not tell, those of {@link PoolsAnswer}, and {@code rebuilds}, which they do
 * not tell either, of {@link RebuildProgress}; {@code secondsLeft} is there only while it is known; {@code spares}, which
 * they do not tell either, those of {@link SpareDevice}; {@code costs}, likewise, of {@link PoolCostReport}, without
 * {@code degradedRead} where that is fatal, and {@code
 * retirements} of {@link RetirementReport}, where {@code waiting} is there only if something waits; {@code devices}, which
 * they do not tell either, of {@link DeviceReport}, with the place in the set. Stateless; thread-safe.
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
            report.freeSlots().ifPresent(free -> node.put("freeSlots", free));
            node.put("spares", pool.spares()).put("service", report.service().name())
                    .put("reason", report.reason());
            ArrayNode devices = node.putArray("devices");
            pool.devices().forEach(device -> devices.addObject().put("name", device.name())
                    .put("state", device.state().name()));
        }
        told.problems().forEach(answer.putArray("problems")::add);
        ArrayNode rebuilds = answer.putArray("rebuilds");
        told.rebuilds().forEach(report -> encode(report, rebuilds.addObject()));
        ArrayNode spares = answer.putArray("spares");
        told.spares().forEach(report -> spares.addObject().put("server", report.server().value())
                .put("set", report.set()).put("name", report.spare().name()).put("sizeBytes", report.spare().sizeBytes())
                .put("reason", report.spare().reason()));
        ArrayNode costs = answer.putArray("costs");
        told.costs().forEach(report -> {
            ObjectNode node = costs.addObject().put("server", report.server().value()).put("pool", report.pool())
                    .put("read", report.read()).put("write", report.write()).put("space", report.space())
                    .put("basis", report.basis());
            report.degraded().ifPresent(degraded -> node.put("degradedRead", degraded));
        });
        ArrayNode retirements = answer.putArray("retirements");
        told.retirements().forEach(report -> encode(report, retirements.addObject()));
        ArrayNode devices = answer.putArray("devices");
        told.devices().forEach(report -> encode(report, devices.addObject()));
        return JSON.writeValueAsBytes(answer);
    }

    private static void encode(RebuildReport report, ObjectNode node) {
        RebuildProgress progress = report.progress();
        node.put("server", report.server().value()).put("pool", progress.pool()).put("place", progress.place())
                .put("device", progress.device()).put("state", progress.state().name())
                .put("doneBytes", progress.doneBytes()).put("totalBytes", progress.totalBytes())
                .put("bytesPerSecond", progress.bytesPerSecond());
        progress.secondsLeft().ifPresent(seconds -> node.put("secondsLeft", seconds));
        node.put("lostBytes", progress.lostBytes());
        LostRanges.encode(progress.lost(), node.putArray("lost"));
        node.put("reason", progress.reason());
    }

    private static void encode(RetirementReport report, ObjectNode node) {
        node.put("server", report.server().value()).put("set", report.set());
        report.pools().forEach(node.putArray("pools")::add);
        node.put("bytesLeft", report.bytesLeft()).put("bytesMoved", report.bytesMoved())
                .put("bytesPerSecond", report.bytesPerSecond());
        report.waiting().ifPresent(why -> node.put("waiting", why));
    }

    private static void encode(DeviceReport report, ObjectNode node) {
        DeviceHealth health = report.health();
        node.put("server", report.server().value()).put("set", report.set()).put("place", health.place())
                .put("role", health.role().name()).put("device", health.device()).put("readErrors", health.readErrors())
                .put("writeErrors", health.writeErrors()).put("forceErrors", health.forceErrors())
                .put("damagedBlocks", health.damagedBlocks()).put("mendedBlocks", health.mendedBlocks())
                .put("damagedInADay", health.damagedInADay()).put("unansweredMs", health.unansweredMs())
                .put("forcingMs", health.forcingMs()).put("followed", health.isFollowed())
                .put("hung", report.isHung()).put("goingBad", report.isGoingBad());
    }

    private static DeviceReport device(JsonNode node) {
        return new DeviceReport(new ServerId(node.required("server").asInt()), node.required("set").asInt(),
                new DeviceHealth(DeviceHealth.Role.valueOf(node.required("role").asText()), node.required("place").asInt(),
                        node.required("device").asText(), node.required("readErrors").asLong(),
                        node.required("writeErrors").asLong(), node.required("forceErrors").asLong(),
                        node.required("damagedBlocks").asLong(), node.required("mendedBlocks").asLong(),
                        node.required("damagedInADay").asLong(), node.required("unansweredMs").asLong(),
                        node.required("forcingMs").asLong(), node.required("followed").asBoolean()),
                node.required("hung").asBoolean(), node.required("goingBad").asBoolean());
    }

    private static RetirementReport retirement(JsonNode node) {
        List<String> pools = new ArrayList<>();
        node.required("pools").forEach(pool -> pools.add(pool.asText()));
        return new RetirementReport(new ServerId(node.required("server").asInt()), node.required("set").asInt(), pools,
                node.required("bytesLeft").asLong(), node.required("bytesMoved").asLong(),
                node.required("bytesPerSecond").asLong(),
                node.has("waiting") ? Optional.of(node.get("waiting").asText()) : Optional.empty());
    }

    private static RebuildReport rebuild(JsonNode node) {
        return new RebuildReport(new ServerId(node.required("server").asInt()), new RebuildProgress(
                node.required("pool").asText(), node.required("place").asInt(), node.required("device").asText(),
                RebuildState.valueOf(node.required("state").asText()), node.required("doneBytes").asLong(),
                node.required("totalBytes").asLong(), node.required("bytesPerSecond").asLong(),
                node.has("secondsLeft") ? OptionalLong.of(node.get("secondsLeft").asLong()) : OptionalLong.empty(),
                node.required("lostBytes").asLong(), LostRanges.decode(node.required("lost")),
                node.required("reason").asText()));
    }

    private static OptionalLong number(JsonNode node, String name) {
        return node.has(name) ? OptionalLong.of(node.get(name).asLong()) : OptionalLong.empty();
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
                        node.required("reason").asText(), number(node, "freeBytes"), number(node, "freeSlots")));
            }
            List<RebuildReport> rebuilds = new ArrayList<>();
            answer.path("rebuilds").forEach(rebuild -> rebuilds.add(rebuild(rebuild)));
            List<SpareReport> spares = new ArrayList<>();
            answer.path("spares").forEach(spare -> spares.add(new SpareReport(new ServerId(spare.required("server").asInt()),
                    spare.path("set").asInt(PoolName.FIRST_SET),
                    new SpareDevice(spare.required("name").asText(), spare.required("sizeBytes").asLong(),
                            spare.required("reason").asText()))));
            List<PoolCostReport> costs = new ArrayList<>();
            for (JsonNode node : answer.path("costs")) {
                costs.add(new PoolCostReport(new ServerId(node.required("server").asInt()), node.required("pool").asText(),
                        node.required("read").asDouble(), node.has("degradedRead")
                        ? OptionalDouble.of(node.get("degradedRead").asDouble()) : OptionalDouble.empty(),
                        node.required("write").asDouble(), node.required("space").asDouble(),
                        node.required("basis").asText()));
            }
            List<RetirementReport> retirements = new ArrayList<>();
            answer.path("retirements").forEach(node -> retirements.add(retirement(node)));
            List<DeviceReport> devices = new ArrayList<>();
            answer.path("devices").forEach(node -> devices.add(device(node)));
            return new PoolsAnswer(reports, problems, rebuilds, spares, costs, retirements, devices);
        } catch (JsonProcessingException e) {
            throw new IOException("the answer is not that of a Baton server: it is no JSON", e);
        } catch (IllegalArgumentException e) {
            throw new IOException("the answer is not that of a Baton server of this version: " + e.getMessage(), e);
        }
    }
}
