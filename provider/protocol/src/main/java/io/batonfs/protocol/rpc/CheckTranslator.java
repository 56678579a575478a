package io.batonfs.protocol.rpc;

import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CheckService;
import io.batonfs.protocol.wire.CheckMessages.BeginCheckRequest;
import io.batonfs.protocol.wire.CheckMessages.CheckPartReply;
import io.batonfs.protocol.wire.CheckMessages.CheckPartRequest;
import io.batonfs.protocol.wire.CheckMessages.CheckRequest;
import io.batonfs.protocol.wire.CheckMessages.CheckStandingProto;
import io.batonfs.protocol.wire.CheckMessages.ScrubStandingsReply;
import io.batonfs.protocol.wire.RecordMessages.CallHeader;
import io.batonfs.protocol.wire.RecordMessages.Done;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.thirdparty.protobuf.RpcController;
import org.apache.hadoop.thirdparty.protobuf.ServiceException;

/** The server's end: messages of {@link CheckControl} into calls of a {@link CheckService}. Thread-safe. */
public final class CheckTranslator implements CheckControl {
    private final CheckService checks;
    private final ServedCalls calls;

    /** Messages to a service. */
    public CheckTranslator(CheckService checks, ServedCalls calls) {
        this.checks = checks;
        this.calls = calls;
    }

    @Override
    public CheckStandingProto beginCheck(RpcController controller, BeginCheckRequest request) throws ServiceException {
        return calls.serve("beginCheck", () -> CheckRecords.message(
                checks.beginCheck(context(request.hasHeader(), request.getHeader()), List.copyOf(request.getPathsList()))));
    }

    @Override
    public CheckStandingProto checkStanding(RpcController controller, CheckRequest request) throws ServiceException {
        return calls.serve("checkStanding", () -> CheckRecords.message(
                checks.checkStanding(context(request.hasHeader(), request.getHeader()))));
    }

    @Override
    public CheckPartReply checkPart(RpcController controller, CheckPartRequest request) throws ServiceException {
        return calls.serve("checkPart", () -> CheckRecords.message(
                checks.checkPart(context(request.hasHeader(), request.getHeader()), Fields.count(request.getFrom(), "from"))));
    }

    @Override
    public Done endCheck(RpcController controller, CheckRequest request) throws ServiceException {
        return calls.serve("endCheck", () -> {
            checks.endCheck(context(request.hasHeader(), request.getHeader()));
            return Done.getDefaultInstance();
        });
    }

    @Override
    public ScrubStandingsReply scrubStandings(RpcController controller, CheckRequest request) throws ServiceException {
        return calls.serve("scrubStandings", () -> {
            ScrubStandingsReply.Builder reply = ScrubStandingsReply.newBuilder();
            checks.scrubStandings(context(request.hasHeader(), request.getHeader()))
                    .forEach(set -> reply.addSets(CheckRecords.message(set)));
            return reply.build();
        });
    }

    private CallContext context(boolean present, CallHeader header) throws IOException {
        return calls.context(present, header);
    }
}
