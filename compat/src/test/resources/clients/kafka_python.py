"""The tutorial of kafka-python (Debian's python3-kafka 2.0.2), and what else it offers. Usage: kafka_python.py BOOTSTRAP PREFIX
Prints PASSED/FAILED lines, one a scenario."""
import sys, time, traceback
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.structs import OffsetAndMetadata

bootstrap, prefix = sys.argv[1], sys.argv[2]


def take(consumer, count, seconds=30):
    got, deadline = [], time.time() + seconds
    while len(got) < count and time.time() < deadline:
        for records in consumer.poll(timeout_ms=200).values():
            got.extend(records)
    assert len(got) == count, "wanted %d records, got %d" % (count, len(got))
    return got


def create(topic, partitions):
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    client.create_topics([NewTopic(topic, partitions, 1)])
    client.close()


def tutorial(topic):
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for i in range(100):
        producer.send(topic, b"message %d" % i)
    producer.flush()
    consumer = KafkaConsumer(topic, group_id=topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    assert sorted(r.value for r in take(consumer, 100)) == sorted(b"message %d" % i for i in range(100))
    consumer.commit()
    consumer.close()
    again = KafkaConsumer(topic, group_id=topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    producer.send(topic, b"one more").get(10)
    assert [r.value for r in take(again, 1)] == [b"one more"]
    again.close()


def keys_headers_codecs(topic):
    create(topic, 1)
    for codec in ("gzip", "snappy", "lz4"):  # python3-snappy and python3-lz4 bring two of them
        producer = KafkaProducer(bootstrap_servers=bootstrap, compression_type=codec, acks="all", linger_ms=5)
        for i in range(200):
            producer.send(topic, key=b"k", value=b"text " * 20, headers=[("codec", codec.encode())], timestamp_ms=1000000 + i)
        producer.close()
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    consumer.assign([TopicPartition(topic, 0)])
    got = take(consumer, 600)
    assert got[0].headers == [("codec", b"gzip")] and got[-1].headers == [("codec", b"lz4")]
    assert got[0].key == b"k" and got[0].timestamp == 1000000
    consumer.close()


def admin(topic):
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    client.create_topics([NewTopic(topic, 4, 1)])
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=topic)
    deadline = time.time() + 20
    while consumer.partitions_for_topic(topic) != {0, 1, 2, 3}:
        assert time.time() < deadline, "the topic did not appear"
    consumer.assign([TopicPartition(topic, 0)])
    consumer.commit({TopicPartition(topic, 0): OffsetAndMetadata(0, "note")})
    assert consumer.committed(TopicPartition(topic, 0)) == 0
    consumer.close()
    assert topic in [g[0] for g in client.list_consumer_groups()]
    client.delete_topics([topic])
    client.close()


for scenario in (tutorial, keys_headers_codecs, admin):
    try:
        scenario(prefix + "-" + scenario.__name__)
        print("PASSED", scenario.__name__, flush=True)
    except BaseException:
        print("FAILED", scenario.__name__, traceback.format_exc().replace("\n", " | "), flush=True)
