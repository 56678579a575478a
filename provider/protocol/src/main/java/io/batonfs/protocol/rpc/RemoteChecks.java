package io.batonfs.protocol.rpc;

import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CheckPart;
import io.batonfs.protocol.CheckService;
import io.batonfs.protocol.CheckStanding;
import io.batonfs.protocol.ScrubStanding;
import io.batonfs.protocol.wire.CheckMessages.BeginCheckRequest;
import io.batonfs.protocol.wire.CheckMessages.CheckPartRequest;
import io.batonfs.protocol.wire.CheckMessages.CheckRequest;
import java.io.IOException;
import java.util.List;

/** The client's end: calls of a {@link CheckService} into messages of {@link CheckControl}. Thread-safe. */
final class RemoteChecks implements CheckService {
    private final CheckControl rpc;
    private final RemoteCalls calls;

    RemoteChecks(CheckControl rpc, RemoteCalls calls) {
        this.rpc = rpc;
        this.calls = calls;
    }

    @Override
    public CheckStanding beginCheck(CallContext context, List<String> paths) throws IOException {
        BeginCheckRequest.Builder request = BeginCheckRequest.newBuilder().setHeader(CallRecords.header(context));
        for (String path : paths) {
            request.addPaths(Fields.text(path));
        }
        return calls.ask(request.build(), rpc::beginCheck, CheckRecords::standing);
    }

    @Override
    public CheckStanding checkStanding(CallContext context) throws IOException {
        return calls.ask(request(context), rpc::checkStanding, CheckRecords::standing);
    }

    @Override
    public CheckPart checkPart(CallContext context, int from) throws IOException {
        CheckPartRequest request = CheckPartRequest.newBuilder()
                .setHeader(CallRecords.header(context)).setFrom(from).build();
        return calls.ask(request, rpc::checkPart, CheckRecords::part);
    }

    @Override
    public void endCheck(CallContext context) throws IOException {
        calls.ask(request(context), rpc::endCheck);
    }

    @Override
    public List<ScrubStanding> scrubStandings(CallContext context) throws IOException {
        return calls.ask(request(context), rpc::scrubStandings, reply -> Fields.list(reply.getSetsList(), CheckRecords::scrub));
    }

    private static CheckRequest request(CallContext context) {
        return CheckRequest.newBuilder().setHeader(CallRecords.header(context)).build();
    }
}
