package io.batonfs.protocol.rpc;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileId;
import io.batonfs.model.TokenId;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.TokenLimits;
import io.batonfs.protocol.TokenState;
import io.batonfs.protocol.wire.RecordMessages.OffloadReadProto;
import io.batonfs.protocol.wire.RecordMessages.OffloadReadResultProto;
import io.batonfs.protocol.wire.RecordMessages.OffloadWriteProto;
import io.batonfs.protocol.wire.RecordMessages.OffloadWriteResultProto;
import io.batonfs.protocol.wire.RecordMessages.RefusalProto;
import io.batonfs.protocol.wire.RecordMessages.TokenLimitsProto;
import io.batonfs.protocol.wire.RecordMessages.TokenStateProto;
import java.util.Optional;
import org.apache.hadoop.thirdparty.protobuf.ByteString;

/** Offload reads and writes, and what is known of tokens. Pure functions. */
final class TokenRecords {

    private TokenRecords() {
    }

    static TokenLimitsProto message(TokenLimits limits) {
        return TokenLimitsProto.newBuilder()
                .setTimeToLiveMs(limits.timeToLiveMs()).setInactivityMs(limits.inactivityMs()).build();
    }

    static TokenLimits limits(boolean present, TokenLimitsProto message) throws MalformedMessageException {
        Fields.present(present, "how long the tokens live");
        return new TokenLimits(message.getTimeToLiveMs(), message.getInactivityMs());
    }

    static OffloadReadProto message(OffloadRead item) throws BatonException {
        OffloadReadProto.Builder message = OffloadReadProto.newBuilder()
                .setPath(Fields.text(item.path())).setOffset(item.offset()).setLength(item.length())
                .setAtRest(item.atRest());
        item.expectedId().ifPresent(id -> message.setExpectedFileId(id.value()));
        return message.build();
    }

    static OffloadRead read(OffloadReadProto message) throws MalformedMessageException {
        Optional<FileId> expected = message.hasExpectedFileId()
                ? Optional.of(CallRecords.fileId(message.getExpectedFileId())) : Optional.empty();
        return new OffloadRead(
                message.getPath(), expected, message.getOffset(), message.getLength(), message.getAtRest());
    }

    static OffloadReadResultProto message(OffloadReadResult result) {
        OffloadReadResultProto.Builder message = OffloadReadResultProto.newBuilder();
        if (result instanceof OffloadReadResult.Granted granted) {
            OffloadReadResultProto.Granted.Builder made = OffloadReadResultProto.Granted.newBuilder()
                    .setToken(ByteString.copyFrom(granted.token()))
                    .setRepresentedBytes(granted.representedBytes());
            granted.file().ifPresent(file -> made.setFile(FileRecords.message(file)));
            message.setGranted(made);
        } else if (result instanceof OffloadReadResult.Refused refused) {
            message.setRefused(refusal(refused.code(), refused.message()));
        }
        return message.build();
    }

    static OffloadReadResult readResult(OffloadReadResultProto message) throws MalformedMessageException {
        return switch (message.getOutcomeCase()) {
            case GRANTED -> granted(message.getGranted());
            case REFUSED -> new OffloadReadResult.Refused(
                    CallFailure.code(message.getRefused().getCode()), message.getRefused().getMessage());
            case OUTCOME_NOT_SET -> throw Fields.unknown("outcome of an offload read", message.getOutcomeCase());
        };
    }

    private static OffloadReadResult granted(OffloadReadResultProto.Granted message) throws MalformedMessageException {
        return new OffloadReadResult.Granted(message.getToken().toByteArray(), message.getRepresentedBytes(),
                message.hasFile() ? Optional.of(FileRecords.info(message.getFile())) : Optional.empty());
    }

    static OffloadWriteProto message(OffloadWrite item) throws BatonException {
        return OffloadWriteProto.newBuilder()
                .setToken(ByteString.copyFrom(item.token()))
                .setTokenOffset(item.tokenOffset())
                .setLength(item.length())
                .setPath(Fields.text(item.path()))
                .setOptions(FileRecords.message(item.options()))
                .build();
    }

    static OffloadWrite write(OffloadWriteProto message) throws MalformedMessageException {
        return new OffloadWrite(message.getToken().toByteArray(), message.getTokenOffset(), message.getLength(),
                message.getPath(), FileRecords.options(message.hasOptions(), message.getOptions()));
    }

    static OffloadWriteResultProto message(OffloadWriteResult result) {
        OffloadWriteResultProto.Builder message = OffloadWriteResultProto.newBuilder();
        if (result instanceof OffloadWriteResult.Written written) {
            message.setWritten(OffloadWriteResultProto.Written.newBuilder()
                    .setInfo(FileRecords.message(written.info())).setWrittenBytes(written.writtenBytes()));
        } else if (result instanceof OffloadWriteResult.Refused refused) {
            message.setRefused(refusal(refused.code(), refused.message()));
        }
        return message.build();
    }

    static OffloadWriteResult writeResult(OffloadWriteResultProto message) throws MalformedMessageException {
        return switch (message.getOutcomeCase()) {
            case WRITTEN -> new OffloadWriteResult.Written(
                    FileRecords.info(message.getWritten().hasInfo(), message.getWritten().getInfo()),
                    message.getWritten().getWrittenBytes());
            case REFUSED -> new OffloadWriteResult.Refused(
                    CallFailure.code(message.getRefused().getCode()), message.getRefused().getMessage());
            case OUTCOME_NOT_SET -> throw Fields.unknown("outcome of an offload write", message.getOutcomeCase());
        };
    }

    private static RefusalProto refusal(ErrorCode code, String message) {
        return RefusalProto.newBuilder().setCode(code.number()).setMessage(message).build();
    }

    static TokenStateProto message(TokenState state) {
        TokenStateProto.Builder message = TokenStateProto.newBuilder()
                .setTokenId(state.token().value())
                .setTree(state.tree())
                .setLengthBytes(state.lengthBytes())
                .setCreator(state.creator())
                .setCreatedMs(state.createdMs())
                .setExpiresMs(state.expiresMs())
                .setIdleUntilMs(state.idleUntilMs());
        state.dead().ifPresent(code -> message.setDead(code.number()));
        return message.build();
    }

    static TokenState state(TokenStateProto message) throws MalformedMessageException {
        TokenId id = Fields.checked("token id", () -> new TokenId(message.getTokenId()));
        return new TokenState(id, message.getTree(), message.getLengthBytes(), message.getCreator(),
                message.getCreatedMs(), message.getExpiresMs(), message.getIdleUntilMs(),
                message.hasDead() ? Optional.of(CallFailure.code(message.getDead())) : Optional.empty());
    }
}
