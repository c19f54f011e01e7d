package io.ottla.node;

import io.ottla.base.Completion;
import io.ottla.base.Outcome;
import io.ottla.keeper.BroughtSnapshot;
import io.ottla.keeper.Keeper;
import io.ottla.zookeeperserver.Restorer;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin command restore, on a node that serves nothing but the coordination service:
 *
 * <pre>
 * read the snapshot, beside what goes on → let clients go → close the keeper → write the snapshot into its directory → open it → let clients in
 * </pre>
 *
 * Whatever fails before the snapshot has its name in the directory leaves the state as it was, and so does a loss of power. Clients come back by themselves; those
 * whose sessions the snapshot does not know are told that they have expired.
 */
final class Restore implements Restorer {
    private static final Logger LOG = LoggerFactory.getLogger(Restore.class);

    private final ZooConfig config;
    private final Node.Environment environment;
    private final Service service;
    private boolean isReading;
    private boolean isReplacing;
    private boolean isStopped;
    private Runnable whenDone = () -> {};

    /** What is served, and how it is let go and begun again. */
    interface Service {
        Keeper keeper();

        void pause();

        /** Opens the keeper again and lets clients in. */
        void goOn(Completion<Keeper> completion);
    }

    Restore(ZooConfig config, Node.Environment environment, Service service) {
        this.config = config;
        this.environment = environment;
        this.service = service;
    }

    @Override
    public void restore(InputStream snapshot, Completion<Long> completion) {
        if (isReading || isReplacing || isStopped) {
            completion.complete(failure(isStopped ? "the node stops" : "another one is being restored"));
            return;
        }
        isReading = true;
        BroughtSnapshot.read(
                snapshot,
                ProcessMachine::memoryLeftBytes,
                environment.disk(),
                environment.random().split(),
                outcome -> {
                    isReading = false;
                    switch (outcome) {
                        case Outcome.Failed<BroughtSnapshot>(IOException cause) ->
                            completion.complete(Outcome.failed(cause));
                        case Outcome.Done<BroughtSnapshot>(BroughtSnapshot sound) -> {
                            if (isStopped) completion.complete(failure("the node stops"));
                            else replace(sound, completion);
                        }
                    }
                });
    }

    private static Outcome<Long> failure(String why) {
        return Outcome.failed(new IOException(why));
    }

    private void replace(BroughtSnapshot sound, Completion<Long> completion) {
        isReplacing = true;
        Keeper before = service.keeper();
        LOG.warn(
                "a snapshot of {} nodes takes the place of {} nodes; clients are let go meanwhile",
                sound.nodeCount(),
                before.znodeCount());
        service.pause();
        before.close(closed -> {
            if (closed instanceof Outcome.Failed<Void>(IOException cause)) {
                environment.giveUp().accept("before a snapshot was restored: " + cause.getMessage());
                return;
            }
            sound.install(
                    config.dataDir(),
                    config.dataLogDir(),
                    before.lastZxid(),
                    environment.disk(),
                    installed -> goOn(installed, completion));
        });
    }

    /** With what was restored, or else with what was there. */
    private void goOn(Outcome<Long> installed, Completion<Long> completion) {
        service.goOn(opened -> {
            if (opened instanceof Outcome.Failed<Keeper>(IOException cause)) {
                environment.giveUp().accept("after a snapshot was restored: " + cause.getMessage());
                return;
            }
            isReplacing = false;
            completion.complete(installed);
            whenDone.run();
        });
    }

    /** Begins nothing more; {@code then} runs now, or when what cannot be left half done is done. */
    void stop(Runnable then) {
        isStopped = true;
        if (isReplacing) whenDone = then;
        else then.run();
    }
}
