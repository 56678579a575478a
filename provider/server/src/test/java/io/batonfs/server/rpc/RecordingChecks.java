package io.batonfs.server.rpc;

import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CheckPart;
import io.batonfs.protocol.CheckService;
import io.batonfs.protocol.CheckStanding;
import io.batonfs.protocol.ScrubStanding;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Notes what it is asked and gives the answer that the test put in its place. For one thread at a time. */
final class RecordingChecks implements CheckService {
    private volatile RecordingCatalog.Asked last;
    private volatile RecordingCatalog.Answer answer = asked -> null;

    RecordingCatalog.Asked last() {
        return last;
    }

    /** Answers every call from now on. */
    void answer(RecordingCatalog.Answer now) {
        answer = now;
    }

    @SuppressWarnings("unchecked")
    private <T> T asked(String method, CallContext context, Object... arguments) throws IOException {
        last = new RecordingCatalog.Asked(method, context, Arrays.asList(arguments));
        return (T) answer.to(last);
    }

    @Override
    public CheckStanding beginCheck(CallContext context, List<String> paths) throws IOException {
        return asked("beginCheck", context, paths);
    }

    @Override
    public CheckStanding checkStanding(CallContext context) throws IOException {
        return asked("checkStanding", context);
    }

    @Override
    public CheckPart checkPart(CallContext context, int from) throws IOException {
        return asked("checkPart", context, from);
    }

    @Override
    public void endCheck(CallContext context) throws IOException {
        asked("endCheck", context);
    }

    @Override
    public List<ScrubStanding> scrubStandings(CallContext context) throws IOException {
        return asked("scrubStandings", context);
    }
}
