"""kazoo and its recipes: kazoo_scenarios.py HOST:PORT PREFIX. Prints PASSED or FAILED for each scenario."""

import logging
import sys
import threading
import time
import traceback

from kazoo.client import KazooClient, KazooState
from kazoo.exceptions import (
    BadVersionError, NoAuthError, NodeExistsError, NoNodeError, NotEmptyError, NoChildrenForEphemeralsError, RolledBackError,
    RuntimeInconsistency)
from kazoo.recipe.cache import TreeCache, TreeEvent
from kazoo.recipe.lease import MultiNonBlockingLease, NonBlockingLease
from kazoo.security import make_acl, make_digest_acl

logging.disable(logging.CRITICAL)
HOST, PREFIX = sys.argv[1], sys.argv[2]
WAIT_S = 20
NAMES = []


def scenario(name):
    def register(function):
        NAMES.append((name, function))
        return function
    return register


def client(chroot="", **options):
    opened = KazooClient(hosts=HOST + chroot, timeout=10, **options)
    opened.start(timeout=WAIT_S)
    return opened


def until(what, holds):
    deadline = time.time() + WAIT_S
    while not holds():
        assert time.time() < deadline, what
        time.sleep(0.02)


def raises(error, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except error:
        return
    raise AssertionError("no " + error.__name__)


def together(count, task):
    failures = []

    def run(number):
        try:
            task(number)
        except BaseException as failure:
            failures.append(failure)
    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.daemon = True
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a thread hangs"
    if failures:
        raise failures[0]


@scenario("nodes")
def nodes(root):
    zk = client()
    assert zk.create(root + "/a", b"1", makepath=True) == root + "/a"
    raises(NodeExistsError, zk.create, root + "/a")
    raises(NoNodeError, zk.get, root + "/none")
    data, stat = zk.get(root + "/a")
    assert data == b"1" and stat.version == 0, stat
    assert zk.set(root + "/a", b"2", version=0).version == 1
    raises(BadVersionError, zk.set, root + "/a", b"3", version=0)
    path, stat = zk.create(root + "/a/b", b"", include_data=True)
    assert stat.czxid > 0
    children, stat = zk.get_children(root + "/a", include_data=True)
    assert children == ["b"] and stat.numChildren == 1
    raises(NotEmptyError, zk.delete, root + "/a")
    zk.create(root + "/e", ephemeral=True)
    raises(NoChildrenForEphemeralsError, zk.create, root + "/e/x")
    zk.sync(root)
    zk.delete(root, recursive=True)
    assert zk.exists(root) is None
    zk.stop()


@scenario("unicode")
def unicode(root):
    zk = client()
    path = root + "/caf\u00e9-\u65e5\u672c"
    zk.create(path, "\u00fc".encode(), makepath=True)
    assert zk.get(path)[0] == "\u00fc".encode()
    zk.stop()


@scenario("acls")
def acls(root):
    ann, bob = client(auth_data=[("digest", "ann:apple")]), client()
    ann.create(root, b"x", acl=[make_digest_acl("ann", "apple", all=True)])
    raises(NoAuthError, bob.get, root)
    got, stat = ann.get_acls(root)
    assert got[0].id.scheme == "digest" and stat.aversion == 0
    ann.set_acls(root, [make_acl("world", "anyone", read=True), make_acl("auth", "", all=True)])
    assert bob.get(root)[0] == b"x"
    raises(NoAuthError, bob.set, root, b"y")
    bob.add_auth("digest", "ann:apple")
    bob.set(root, b"y")
    ann.stop()
    bob.stop()


@scenario("watches")
def watches(root):
    one, other = client(), client()
    one.ensure_path(root)
    events = []
    one.exists(root + "/a", watch=events.append)
    one.get_children(root, watch=events.append)
    other.create(root + "/a", b"1")
    until("two events", lambda: len(events) == 2)
    assert [event.type for event in events] == ["CREATED", "CHILD"], events
    seen, children = [], []
    one.DataWatch(root + "/a")(lambda data, stat: seen.append(data))
    one.ChildrenWatch(root)(lambda names: children.append(sorted(names)))
    for number in range(5):
        other.set(root + "/a", b"%d" % number)
        until("the data are seen", lambda: seen[-1] == b"%d" % number)
    other.create(root + "/b")
    until("the child is seen", lambda: children[-1] == ["a", "b"])
    one.stop()
    other.stop()


@scenario("transaction")
def transaction(root):
    zk = client()
    zk.ensure_path(root)
    change = zk.transaction()
    change.create(root + "/a", b"1")
    change.set_data(root + "/a", b"2", version=0)
    change.check(root + "/a", version=1)
    results = change.commit()
    assert results[0] == root + "/a" and results[1].version == 1, results
    change = zk.transaction()
    change.delete(root + "/a")
    change.check(root + "/none", version=1)
    change.create(root + "/b")
    results = change.commit()
    assert [type(result) for result in results] == [RolledBackError, NoNodeError, RuntimeInconsistency], results
    assert zk.get(root + "/a")[0] == b"2"
    zk.stop()


@scenario("lock")
def lock(root):
    inside = []

    def turns(number):
        zk = client()
        held = zk.Lock(root, "client-%d" % number)
        for _ in range(10):
            with held:
                inside.append(number)
                assert len(inside) == 1
                inside.remove(number)
        zk.stop()
    together(4, turns)


@scenario("read-write-lock")
def read_write_lock(root):
    one, other = client(), client()
    reading, also = one.ReadLock(root), other.ReadLock(root)
    writing = other.WriteLock(root)
    reading.acquire(timeout=WAIT_S)
    also.acquire(timeout=WAIT_S)
    assert not writing.acquire(blocking=False)
    reading.release()
    also.release()
    assert writing.acquire(timeout=WAIT_S)
    assert not one.ReadLock(root).acquire(blocking=False)
    writing.release()
    one.stop()
    other.stop()


@scenario("semaphore")
def semaphore(root):
    one, other = client(), client()
    first, second, third = (zk.Semaphore(root, max_leases=2) for zk in (one, other, other))
    first.acquire(timeout=WAIT_S)
    second.acquire(timeout=WAIT_S)
    assert not third.acquire(blocking=False)
    first.release()
    assert third.acquire(timeout=WAIT_S)
    one.stop()
    other.stop()


@scenario("election")
def election(root):
    leaders = []

    def run(number):
        zk = client()
        zk.Election(root, "client-%d" % number).run(lambda: leaders.append(number))
        zk.stop()
    together(3, run)
    assert sorted(leaders) == [0, 1, 2]


@scenario("barriers")
def barriers(root):
    one, other = client(), client()
    barrier = one.Barrier(root + "-single")
    barrier.create()
    assert not other.Barrier(root + "-single").wait(0.2)
    opened = []
    thread = threading.Thread(target=lambda: opened.append(other.Barrier(root + "-single").wait(WAIT_S)))
    thread.start()
    barrier.remove()
    thread.join(WAIT_S)
    assert opened == [True]

    def through(number):
        zk = client()
        double = zk.DoubleBarrier(root, 3, "client-%d" % number)
        double.enter()
        double.leave()
        zk.stop()
    together(3, through)
    one.stop()
    other.stop()


@scenario("queues")
def queues(root):
    one, other = client(), client()
    for number in range(20):
        one.Queue(root + "-plain").put(b"%d" % number)
    taken = other.Queue(root + "-plain")
    assert [taken.get() for _ in range(20)] == [b"%d" % number for number in range(20)]
    one.LockingQueue(root).put_all([b"a", b"b"])
    locking = other.LockingQueue(root)
    assert locking.get(WAIT_S) == b"a" and locking.consume()
    assert one.LockingQueue(root).get(WAIT_S) == b"b"
    one.stop()
    other.stop()


@scenario("counter")
def counter(root):
    def count(number):
        zk = client()
        counted = zk.Counter(root)
        for _ in range(20):
            counted += 1
        zk.stop()
    together(3, count)
    zk = client()
    assert zk.Counter(root).value == 60
    zk.stop()


@scenario("party")
def party(root):
    one, other = client(), client()
    first, second = one.Party(root, "first"), other.Party(root, "second")
    first.join()
    second.join()
    assert sorted(first) == ["first", "second"]
    other.stop()
    until("one left", lambda: list(first) == ["first"])
    one.stop()


@scenario("partitioner")
def partitioner(root):
    parts = {}
    finished = threading.Barrier(2)

    def share(number):
        zk = client()
        shared = zk.SetPartitioner(root, set=tuple(range(8)), identifier="client-%d" % number, time_boundary=2)
        deadline = time.time() + WAIT_S
        while time.time() < deadline:
            if shared.release:
                parts.pop(number, None)
                shared.release_set()
            elif shared.acquired:
                parts[number] = list(shared)
                if sorted(sum(parts.values(), [])) == list(range(8)) and len(parts) == 2:
                    finished.wait(WAIT_S)
                    break
                time.sleep(0.1)
            elif shared.allocating:
                shared.wait_for_acquire()
        shared.finish()
        zk.stop()
    together(2, share)
    assert len(parts) == 2 and sorted(sum(parts.values(), [])) == list(range(8)), parts


@scenario("tree-cache")
def tree_cache(root):
    one, other = client(), client()
    other.ensure_path(root + "/a")
    events = []
    cache = TreeCache(one, root)
    cache.listen(lambda event: events.append(event.event_type))
    cache.start()
    until("it is filled", lambda: TreeEvent.INITIALIZED in events)
    other.create(root + "/a/b", b"1")
    until("the node is seen", lambda: cache.get_data(root + "/a/b") is not None)
    other.set(root + "/a/b", b"2")
    until("the data are seen", lambda: cache.get_data(root + "/a/b").data == b"2")
    other.delete(root + "/a", recursive=True)
    until("the nodes go", lambda: cache.get_data(root + "/a") is None)
    cache.close()
    one.stop()
    other.stop()


@scenario("lease")
def lease(root):
    import datetime
    one, other = client(), client()
    minute = datetime.timedelta(minutes=1)
    assert NonBlockingLease(one, root, minute, identifier="one")
    assert not NonBlockingLease(other, root, minute, identifier="other")
    assert MultiNonBlockingLease(one, 2, root + "-multi", minute, identifier="one")
    one.stop()
    other.stop()


@scenario("chroot")
def chroot(root):
    outside = client()
    outside.ensure_path(root)
    inside = client(chroot=root)
    assert inside.create("/a", b"1") == "/a"
    assert outside.get(root + "/a")[0] == b"1"
    events = []
    inside.get("/a", watch=events.append)
    outside.set(root + "/a", b"2")
    until("the event", lambda: [event.path for event in events] == ["/a"])
    inside.stop()
    outside.stop()


@scenario("session")
def session(root):
    one = client()
    one.create(root, b"", ephemeral=True)
    states = []
    one.add_listener(states.append)
    session_id = one.client_id
    other = KazooClient(hosts=HOST, timeout=10, client_id=session_id)
    other.start(timeout=WAIT_S)
    assert other.client_id[0] == session_id[0]
    assert other.exists(root).ephemeralOwner == session_id[0]
    until("the first is cut off", lambda: KazooState.SUSPENDED in states or KazooState.LOST in states)
    one.stop()
    other.stop()


@scenario("async")
def asynchronous(root):
    zk = client()
    zk.ensure_path(root)
    results = [zk.create_async("%s/%d" % (root, number), b"%d" % number) for number in range(500)]
    assert [result.get(timeout=WAIT_S) for result in results] == ["%s/%d" % (root, number) for number in range(500)]
    zk.stop()


@scenario("large")
def large(root):
    zk = client()
    zk.create(root, b"x" * 1000000)
    assert len(zk.get(root)[0]) == 1000000
    zk.stop()


@scenario("words")
def words(root):
    zk = client()
    assert zk.server_version()[0] == 3, zk.server_version()
    assert zk.command(b"ruok") == "imok"
    assert "zk_znode_count" in zk.command(b"mntr")
    zk.stop()


for name, function in NAMES:
    try:
        function("%s-%s" % (PREFIX, name))
        print("PASSED %s " % name, flush=True)
    except BaseException as failure:
        where = traceback.extract_tb(failure.__traceback__)
        lines = ", ".join(str(frame.lineno) for frame in where)
        print("FAILED %s: %r at lines %s" % (name, failure, lines), flush=True)
import os
os._exit(0)
