package io.batonfs.protocol.rpc;

import io.batonfs.model.GroupId;
import io.batonfs.model.VolumeId;
import io.batonfs.protocol.CheckPart;
import io.batonfs.protocol.CheckStanding;
import io.batonfs.protocol.ScrubStanding;
import io.batonfs.protocol.wire.CheckMessages.CheckFindingProto;
import io.batonfs.protocol.wire.CheckMessages.CheckPartReply;
import io.batonfs.protocol.wire.CheckMessages.CheckStandingProto;
import io.batonfs.protocol.wire.CheckMessages.CheckStateProto;
import io.batonfs.protocol.wire.CheckMessages.CheckTotalsProto;
import io.batonfs.protocol.wire.CheckMessages.LostBytesProto;
import io.batonfs.protocol.wire.CheckMessages.LostPlaceProto;
import io.batonfs.protocol.wire.CheckMessages.ScrubStandingProto;
import java.util.Optional;
import java.util.UUID;

/** What a check of a running group has to tell. Pure functions. */
final class CheckRecords {

    private CheckRecords() {
    }

    static CheckStandingProto message(CheckStanding standing) {
        CheckStandingProto.Builder message = CheckStandingProto.newBuilder().setWhat(standing.what())
                .setState(switch (standing.state()) {
                    case RUNNING -> CheckStateProto.CHECK_STATE_RUNNING;
                    case DONE -> CheckStateProto.CHECK_STATE_DONE;
                    case FAILED -> CheckStateProto.CHECK_STATE_FAILED;
                });
        standing.totals().ifPresent(totals -> message.setTotals(message(totals)));
        return message.build();
    }

    static CheckStanding standing(CheckStandingProto message) throws MalformedMessageException {
        CheckStanding.State state = switch (message.getState()) {
            case CHECK_STATE_RUNNING -> CheckStanding.State.RUNNING;
            case CHECK_STATE_DONE -> CheckStanding.State.DONE;
            case CHECK_STATE_FAILED -> CheckStanding.State.FAILED;
            case CHECK_STATE_UNSPECIFIED, UNRECOGNIZED ->
                    throw Fields.unknown("state of a check", message.getState());
        };
        return Fields.checked("standing of a check", () -> new CheckStanding(state, message.getWhat(),
                message.hasTotals() ? Optional.of(totals(message.getTotals())) : Optional.empty()));
    }

    private static CheckTotalsProto message(CheckStanding.Totals totals) {
        return CheckTotalsProto.newBuilder()
                .setGroupIdMost(totals.group().value().getMostSignificantBits())
                .setGroupIdLeast(totals.group().value().getLeastSignificantBits())
                .setCatalogRead(totals.catalogRead()).setAllRead(totals.allRead())
                .setUnnamedBytes(totals.unnamedBytes()).setLeftoverBytes(totals.leftoverBytes())
                .setExtents(totals.extents()).setStrayExtents(totals.strayExtents())
                .setStrayBytes(totals.strayBytes()).build();
    }

    private static CheckStanding.Totals totals(CheckTotalsProto message) {
        return new CheckStanding.Totals(new GroupId(new UUID(message.getGroupIdMost(), message.getGroupIdLeast())),
                message.getCatalogRead(), message.getAllRead(), message.getUnnamedBytes(), message.getLeftoverBytes(),
                message.getExtents(), message.getStrayExtents(), message.getStrayBytes());
    }

    static CheckPartReply message(CheckPart part) {
        CheckPartReply.Builder message = CheckPartReply.newBuilder().setLast(part.last());
        part.findings().forEach(finding -> message.addFindings(message(finding)));
        return message.build();
    }

    static CheckPart part(CheckPartReply message) throws MalformedMessageException {
        return new CheckPart(Fields.list(message.getFindingsList(), CheckRecords::finding), message.getLast());
    }

    private static CheckFindingProto message(CheckPart.Finding finding) {
        CheckFindingProto.Builder message = CheckFindingProto.newBuilder();
        if (finding instanceof CheckPart.Problem problem) {
            message.setProblem(problem.sentence());
        } else if (finding instanceof CheckPart.Lost lost) {
            message.setLost(LostBytesProto.newBuilder().setServerId(lost.server().value()).setPool(lost.pool())
                    .setVolumeId(lost.volume().value()).setPage(lost.page()).setExtentId(lost.extent().value())
                    .setOffset(lost.offset()).setLengthBytes(lost.lengthBytes()).setReason(lost.reason())
                    .setMorePlaces(lost.morePlaces()));
        } else if (finding instanceof CheckPart.Place place) {
            message.setPlace(LostPlaceProto.newBuilder().setPlace(place.place()).setOffset(place.offset())
                    .setLengthBytes(place.lengthBytes()));
        }
        return message.build();
    }

    private static CheckPart.Finding finding(CheckFindingProto message) throws MalformedMessageException {
        return switch (message.getFindingCase()) {
            case PROBLEM -> new CheckPart.Problem(message.getProblem());
            case LOST -> lost(message.getLost());
            case PLACE -> new CheckPart.Place(message.getPlace().getPlace(), message.getPlace().getOffset(),
                    message.getPlace().getLengthBytes());
            case FINDING_NOT_SET -> throw Fields.unknown("finding of a check", message.getFindingCase());
        };
    }

    private static CheckPart.Lost lost(LostBytesProto message) throws MalformedMessageException {
        VolumeId volume = Fields.checked("volume id", () -> new VolumeId(message.getVolumeId()));
        return new CheckPart.Lost(GrantRecords.serverId(message.getServerId()), message.getPool(), volume,
                message.getPage(), GrantRecords.extentId(message.getExtentId()), message.getOffset(),
                message.getLengthBytes(), message.getReason(), message.getMorePlaces());
    }

    static ScrubStandingProto message(ScrubStanding standing) {
        return ScrubStandingProto.newBuilder().setServerId(standing.server().value()).setSet(standing.set())
                .setOffBecause(standing.offBecause()).setUnderWay(standing.underWay())
                .setPassBegunMs(standing.passBegunMs()).setPaused(standing.paused())
                .setHeldBecause(standing.heldBecause()).setPercent(standing.percent())
                .setLastWholePassMs(standing.lastWholePassMs())
                .setLastWholePassAgoMs(standing.lastWholePassAgoMs())
                .setFindingsKnown(standing.findingsKnown()).build();
    }

    static ScrubStanding scrub(ScrubStandingProto message) throws MalformedMessageException {
        return new ScrubStanding(GrantRecords.serverId(message.getServerId()),
                Fields.count(message.getSet(), "number of a set"), message.getOffBecause(), message.getUnderWay(),
                message.getPassBegunMs(), message.getPaused(), message.getHeldBecause(), Fields.count(message.getPercent(), "percent"),
                message.getLastWholePassMs(), message.getLastWholePassAgoMs(), message.getFindingsKnown());
    }
}
