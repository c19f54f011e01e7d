package io.ottla.zookeeperserver;

import io.ottla.keeper.Keeper;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Result;
import io.ottla.zookeeperprotocol.ClientRequest;
import io.ottla.zookeeperprotocol.ErrorCode;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * The requests of one session in their order, and the only place that knows it: replies leave in the order of the requests; a write goes to the keeper
 * at once, a read waits for the session's own writes before it, and for nobody else's. Between a write's answer and the next change of the
 * tree the reads behind it are served, so that they see their own write and nothing that the session asked for later.
 */
final class RequestQueue {
    private final ZookeeperServer server;
    private final ClientConnection client;
    private final Keeper keeper;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>(4);

    /** Those of them that the keeper has. It mostly answers the first. */
    private final ArrayDeque<Entry> submitted = new ArrayDeque<>(4);

    private long submissions;
    private long bytes;
    private boolean draining;
    private boolean ended;

    RequestQueue(ZookeeperServer server, ClientConnection client) {
        this.server = server;
        this.client = client;
        keeper = server.keeper();
    }

    private sealed interface State {
        /** The keeper has it. */
        record Submitted() implements State {}

        /** It waits for those before it. */
        record Parked() implements State {}

        record Done(Result result) implements State {}

        /**
         * Nothing was done, or asked of anybody.
         *
         * @param closes the connection; the original's answer has no zxid then
         */
        record Refused(ErrorCode code, boolean closes) implements State {}

        State SUBMITTED = new Submitted();
        State PARKED = new Parked();
    }

    private static final class Entry {
        final int xid;
        final ClientRequest request;
        final Caller caller;
        final int frameBytes;
        final long receivedNs;
        State state;

        /** The keeper answers by this number. */
        long number;

        Entry(int xid, ClientRequest request, Caller caller, int frameBytes, long receivedNs, State state) {
            this.xid = xid;
            this.request = request;
            this.caller = caller;
            this.frameBytes = frameBytes;
            this.receivedNs = receivedNs;
            this.state = state;
        }
    }

    /** Requests that are not answered. */
    int size() {
        return entries.size();
    }

    /** Of their packets. */
    long bytes() {
        return bytes;
    }

    /** @param receivedNs when the packet came, by the clock that never goes back */
    void accept(int xid, ClientRequest request, Caller caller, int frameBytes, long receivedNs) {
        switch (request) {
            case ClientRequest.Unserved unserved -> {
                State refused = new State.Refused(ErrorCode.UNIMPLEMENTED, true);
                refuse(new Entry(xid, unserved, caller, frameBytes, receivedNs, refused));
            }
            case ClientRequest.Reconfig reconfig -> {
                ErrorCode code =
                        server.options().reconfigEnabled() ? ErrorCode.UNIMPLEMENTED : ErrorCode.RECONFIG_DISABLED;
                State refused = new State.Refused(code, false);
                refuse(new Entry(xid, reconfig, caller, frameBytes, receivedNs, refused));
            }
            case ClientRequest.CloseSession close -> {
                // not before the reads that came before it: from then on the keeper refuses the session
                add(new Entry(xid, close, caller, frameBytes, receivedNs, State.PARKED));
                drain();
            }
            case ClientRequest.Write write -> {
                long number = submit(add(new Entry(xid, write, caller, frameBytes, receivedNs, State.SUBMITTED)));
                keeper.submit(caller, number, xid, WriteRequests.request(write));
            }
            case ClientRequest.Sync sync -> {
                long number = submit(add(new Entry(xid, sync, caller, frameBytes, receivedNs, State.SUBMITTED)));
                keeper.sync(caller.connection(), number);
            }
            default -> {
                if (entries.isEmpty() && !draining && !client.isCongested()) serve(xid, request, caller, receivedNs);
                else add(new Entry(xid, request, caller, frameBytes, receivedNs, State.PARKED));
            }
        }
    }

    /** A request whose body is wrong. It is answered in its turn and the connection goes on, as in the original. */
    void malformed(int xid, int type, Caller caller, int frameBytes, long receivedNs) {
        State refused = new State.Refused(ErrorCode.MARSHALLING_ERROR, false);
        refuse(new Entry(xid, new ClientRequest.Unserved(type), caller, frameBytes, receivedNs, refused));
    }

    private void refuse(Entry refused) {
        add(refused);
        drain();
    }

    private Entry add(Entry entry) {
        entries.addLast(entry);
        bytes += entry.frameBytes;
        server.outstanding(1, entry.frameBytes);
        return entry;
    }

    /** @return the number by which the keeper answers it */
    private long submit(Entry entry) {
        entry.state = State.SUBMITTED;
        entry.number = submissions++;
        submitted.addLast(entry);
        return entry.number;
    }

    /** What became of the submission of that number, which is then not the keeper's any more. */
    void answered(long number, Result result) {
        if (ended) return;
        taken(number).state = new State.Done(result);
        drain();
    }

    private Entry taken(long number) {
        Entry first = submitted.removeFirst();
        if (first.number == number) return first;
        submitted.addFirst(first);
        for (Iterator<Entry> rest = submitted.iterator(); rest.hasNext(); ) {
            Entry each = rest.next();
            if (each.number != number) continue;
            rest.remove();
            return each;
        }
        throw new IllegalStateException("the keeper answers what it was not asked");
    }

    /** Answers what can be answered now; what is left waits for the keeper, or for the client to read. */
    void drain() {
        if (draining) return;
        draining = true;
        while (!ended && !entries.isEmpty() && !client.isCongested()) {
            Entry head = entries.element();
            if (head.state instanceof State.Parked && head.request instanceof ClientRequest.CloseSession) {
                keeper.closeSession(head.caller, submit(head), head.xid);
            }
            if (head.state instanceof State.Submitted) break;
            entries.remove();
            bytes -= head.frameBytes;
            server.outstanding(-1, head.frameBytes);
            answer(head);
        }
        draining = false;
        if (!ended) client.progressed();
    }

    private void answer(Entry entry) {
        switch (entry.state) {
            case State.Parked parked -> serve(entry.xid, entry.request, entry.caller, entry.receivedNs);
            case State.Refused refused -> {
                client.outbox().error(entry.xid, refused.closes ? -1 : client.lastZxid(), refused.code);
                client.answered(entry.xid, entry.request.type(), entry.receivedNs, false);
                if (refused.closes) client.end();
            }
            case State.Done done -> finish(entry, done.result);
            case State.Submitted submitted -> throw new IllegalStateException("the keeper still has it");
        }
    }

    private void finish(Entry entry, Result result) {
        if (!WriteRequests.answer(client, entry.xid, entry.request, result)) return;
        client.answered(entry.xid, entry.request.type(), entry.receivedNs, true);
        if (!(entry.request instanceof ClientRequest.CloseSession)) return;
        if (result instanceof Result.Committed) client.end();
        else client.sessionStays();
    }

    private void serve(int xid, ClientRequest request, Caller caller, long receivedNs) {
        switch (request) {
            case ClientRequest.Read read -> server.reads().serve(client, xid, caller, read);
            case ClientRequest.Watch watch -> server.watches().serve(client, xid, caller, watch);
            case ClientRequest.Write write -> throw new IllegalStateException("a write waits for the keeper");
            case ClientRequest.Ping ping -> throw new IllegalStateException("a ping waits for nobody");
            case ClientRequest.Auth auth -> throw new IllegalStateException("a proof waits for nobody");
            case ClientRequest.Sasl sasl -> throw new IllegalStateException("a proof waits for nobody");
            case ClientRequest.Unserved unserved -> throw new IllegalStateException("it was refused");
        }
        client.answered(xid, request.type(), receivedNs, false);
    }

    /** The connection is gone, or closes: nobody is answered any more. What the keeper has is carried out nevertheless. */
    void end() {
        if (ended) return;
        ended = true;
        for (Entry entry : entries) server.outstanding(-1, entry.frameBytes);
        entries.clear();
        submitted.clear();
        bytes = 0;
    }
}
