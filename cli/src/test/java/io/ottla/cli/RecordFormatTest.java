package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class RecordFormatTest {
    private final ProduceCommand command = new ProduceCommand();

    {
        command.topic = "t";
    }

    @Test
    void aLineOfTextIsAValue() throws CommandFailed {
        ProducerRecord<byte[], byte[]> record = RecordFormat.text.read("a:b", command);
        assertThat(record.key()).isNull();
        assertThat(record.value()).asString().isEqualTo("a:b");
    }

    @Test
    void whatStandsBeforeTheSeparatorIsTheKey() throws CommandFailed {
        command.keySeparator = Optional.of(":");
        command.headers.put("source", "shop");
        ProducerRecord<byte[], byte[]> record = RecordFormat.text.read("a:b:c", command);
        assertThat(record.key()).asString().isEqualTo("a");
        assertThat(record.value()).asString().isEqualTo("b:c");
        assertThat(record.headers().lastHeader("source").value()).asString().isEqualTo("shop");
        assertThatThrownBy(() -> RecordFormat.text.read("no separator", command))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("no key separator");
    }

    @Test
    void jsonSaysAllOfARecord() throws CommandFailed {
        ProducerRecord<byte[], byte[]> record = RecordFormat.json.read(
                "{\"key\":\"k\",\"value\":null,\"partition\":3,\"timestamp\":42,\"headers\":{\"h\":\"v\"}}", command);
        assertThat(record.key()).asString().isEqualTo("k");
        assertThat(record.value()).isNull();
        assertThat(record.partition()).isEqualTo(3);
        assertThat(record.timestamp()).isEqualTo(42);
        assertThat(record.headers().lastHeader("h").value()).asString().isEqualTo("v");
        assertThatThrownBy(() -> RecordFormat.json.read("{", command)).isInstanceOf(CommandFailed.class);
    }

    @Test
    void hexGoesBothWays() throws CommandFailed {
        ProducerRecord<byte[], byte[]> record = RecordFormat.hex.read("00ff10", command);
        assertThat(record.value()).containsExactly(0, -1, 16);
        assertThat(RecordFormat.hex.write(consumed(null, record.value()), false, "\t"))
                .isEqualTo("00ff10");
        assertThatThrownBy(() -> RecordFormat.hex.read("xy", command)).isInstanceOf(CommandFailed.class);
    }

    @Test
    void whatIsConsumedAsJsonCanBeProduced() throws CommandFailed {
        String line = RecordFormat.json.write(
                consumed("k".getBytes(StandardCharsets.UTF_8), "v".getBytes(StandardCharsets.UTF_8)), true, "\t");
        ProducerRecord<byte[], byte[]> record = RecordFormat.json.read(line, command);
        assertThat(record.key()).asString().isEqualTo("k");
        assertThat(record.value()).asString().isEqualTo("v");
        assertThat(record.partition()).isEqualTo(1);
    }

    private static ConsumerRecord<byte[], byte[]> consumed(byte[] key, byte[] value) {
        return new ConsumerRecord<>("t", 1, 7, key, value);
    }
}
