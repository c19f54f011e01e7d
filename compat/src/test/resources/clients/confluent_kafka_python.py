"""librdkafka 1.7 through Debian's python3-confluent-kafka. Usage: confluent_kafka_python.py BOOTSTRAP PREFIX
Prints PASSED/FAILED lines, one a scenario."""
import sys, time, traceback
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition, OFFSET_BEGINNING
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

bootstrap, prefix = sys.argv[1], sys.argv[2]


def create(topic, partitions):
    client = AdminClient({"bootstrap.servers": bootstrap})  # must outlive its futures
    for future in client.create_topics([NewTopic(topic, partitions, 1)]).values():
        future.result(20)


def take(consumer, count, seconds=30):
    got, deadline = [], time.time() + seconds
    while len(got) < count and time.time() < deadline:
        message = consumer.poll(0.2)
        if message is not None:
            assert message.error() is None, message.error()
            got.append(message)
    assert len(got) == count, "wanted %d records, got %d" % (count, len(got))
    return got


def produce(topic, count, **config):
    failures = []
    producer = Producer(dict({"bootstrap.servers": bootstrap}, **config))
    for i in range(count):
        producer.produce(topic, key=str(i), value="value %d" % i, headers={"n": str(i)},
                         on_delivery=lambda e, m: failures.append(e) if e else None)
        producer.poll(0)
    assert producer.flush(30) == 0, "not all delivered"
    assert not failures, failures[:3]


def tutorial(topic):
    produce(topic, 500)
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": topic, "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.subscribe([topic])
    got = take(consumer, 500)
    assert got[3].headers() == [("n", got[3].key())]
    consumer.commit(asynchronous=False)
    consumer.close()


def idempotent_and_codecs(topic):
    create(topic, 3)
    codecs = ("none", "gzip", "snappy", "lz4", "zstd")
    for codec in codecs:
        produce(topic, 300, **{"enable.idempotence": True, "compression.type": codec, "linger.ms": 5})
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": topic, "auto.offset.reset": "earliest"})
    consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in range(3)])
    take(consumer, 300 * len(codecs))
    consumer.close()


def two_members(topic):
    create(topic, 4)
    config = {"bootstrap.servers": bootstrap, "group.id": topic, "auto.offset.reset": "earliest", "session.timeout.ms": 6000}
    members = [Consumer(config), Consumer(config)]
    for member in members:
        member.subscribe([topic])
    deadline = time.time() + 30
    while [len(m.assignment()) for m in members] != [2, 2]:
        assert time.time() < deadline, "no balance: %s" % [len(m.assignment()) for m in members]
        for member in members:
            member.poll(0.1)
    members[0].close()
    while len(members[1].assignment()) != 4:
        assert time.time() < deadline, "the leaver's partitions did not move"
        members[1].poll(0.1)
    members[1].close()


def admin(topic):
    client = AdminClient({"bootstrap.servers": bootstrap})
    create(topic, 1)
    for future in client.create_partitions([NewPartitions(topic, 3)]).values():
        future.result(20)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    for future in client.alter_configs([ConfigResource(ConfigResource.Type.TOPIC, topic, set_config={"retention.ms": "12345"})]).values():
        future.result(20)
    for future in client.describe_configs([resource]).values():
        assert future.result(20)["retention.ms"].value == "12345"
    deadline = time.time() + 20
    while len(client.list_topics(timeout=10).topics[topic].partitions) != 3:
        assert time.time() < deadline, "the partitions did not appear"
    for future in client.delete_topics([topic]).values():
        future.result(20)


def transactional(topic):
    """Transactions are not served yet: whoever wants them is told so, at once, and not after the time-out."""
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": topic})
    begun = time.time()
    try:
        producer.init_transactions(30)
    except KafkaException as e:
        assert e.args[0].fatal(), e
        assert "does not serve transactions yet" in e.args[0].str(), e
        assert time.time() - begun < 10, "told after %d s" % (time.time() - begun)
        return
    raise AssertionError("nothing was said")


for scenario in (tutorial, idempotent_and_codecs, two_members, admin, transactional):
    try:
        scenario(prefix + "-" + scenario.__name__)
        print("PASSED", scenario.__name__, flush=True)
    except BaseException:
        print("FAILED", scenario.__name__, traceback.format_exc().replace("\n", " | "), flush=True)
