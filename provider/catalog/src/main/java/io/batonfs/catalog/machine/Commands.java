package io.batonfs.catalog.machine;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.model.BatonException;
import java.util.HashMap;
import java.util.Map;

/** Who runs which command. */
final class Commands {
    private static final Map<Class<?>, Runner> RUNNERS = new HashMap<>();

    static {
        on(Command.AddServer.class, (s, c) -> new GroupCommands(s).addServer(c));
        on(Command.RollSigningKey.class, (s, c) -> new GroupCommands(s).rollSigningKey(c));
        on(Command.MoveRoute.class, (s, c) -> new GroupCommands(s).moveRoute(c));
        on(Command.ExtentsFreed.class, (s, c) -> new GroupCommands(s).extentsFreed(c));
        on(Command.FinalizeBehaviour.class, (s, c) -> new GroupCommands(s).finalizeBehaviour(c));
        on(Command.FlattenAll.class, (s, c) -> new GroupCommands(s).flattenAll());
        on(Command.Mkdirs.class, (s, c) -> new NameCommands(s).mkdirs(c));
        on(Command.Rename.class, (s, c) -> new NameCommands(s).rename(c));
        on(Command.Move.class, (s, c) -> new NameCommands(s).move(c));
        on(Command.Delete.class, (s, c) -> new NameCommands(s).delete(c));
        on(Command.SetAttributes.class, (s, c) -> new NameCommands(s).setAttributes(c));
        on(Command.SetXattr.class, (s, c) -> new XattrCommands(s).set(c));
        on(Command.RemoveXattr.class, (s, c) -> new XattrCommands(s).remove(c));
        on(Command.TrackFile.class, (s, c) -> new NameCommands(s).track(c));
        on(Command.SatisfyPolicy.class, (s, c) -> new WishCommands(s).satisfy(c));
        on(Command.WantExtents.class, (s, c) -> new WishCommands(s).want(c));
        on(Command.ExtentsPlaced.class, (s, c) -> new WishCommands(s).placed(c));
        on(Command.ChangeAcl.class, (s, c) -> new AclCommands(s).change(c));
        on(Command.Create.class, (s, c) -> new WriteCommands(s).create(c));
        on(Command.Append.class, (s, c) -> new WriteCommands(s).append(c));
        on(Command.NextExtent.class, (s, c) -> new WriteCommands(s).nextExtent(c));
        on(Command.CloseFile.class, (s, c) -> new WriteCommands(s).closeFile(c));
        on(Command.RenewLeases.class, (s, c) -> new WriteCommands(s).renewLeases(c));
        on(Command.StartRecovery.class, (s, c) -> new WriteCommands(s).startRecovery(c));
        on(Command.FinishRecovery.class, (s, c) -> new WriteCommands(s).finishRecovery(c));
        on(Command.Truncate.class, (s, c) -> new ContentCommands(s).truncate(c));
        on(Command.Concat.class, (s, c) -> new ContentCommands(s).concat(c));
        on(Command.OffloadRead.class, (s, c) -> new TokenCommands(s).offloadRead(c));
        on(Command.OffloadWrite.class, (s, c) -> new TokenCommands(s).offloadWrite(c));
        on(Command.RevokeToken.class, (s, c) -> new TokenCommands(s).revoke(c));
        on(Command.Clone.class, (s, c) -> new CloneCommands(s).clone(c));
        on(Command.CreateSnapshot.class, (s, c) -> new CloneCommands(s).createSnapshot(c));
        on(Command.DeleteSnapshot.class, (s, c) -> new CloneCommands(s).deleteSnapshot(c));
        on(Command.Housekeep.class, (s, c) -> new Housekeeping(s).run(c));
    }

    private Commands() {
    }

    /** Runs a command of a formatted group. */
    static Reply run(Session session, Command command) throws BatonException {
        return RUNNERS.get(command.getClass()).run(session, command);
    }

    private static <C extends Command> void on(Class<C> type, TypedRunner<C> runner) {
        RUNNERS.put(type, (session, command) -> runner.run(session, type.cast(command)));
    }

    private interface Runner {
        Reply run(Session session, Command command) throws BatonException;
    }

    private interface TypedRunner<C extends Command> {
        Reply run(Session session, C command) throws BatonException;
    }
}
