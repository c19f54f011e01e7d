package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"value":{"a":1}}            | "value" is not a string
            {"key":["a"]}                | "key" is not a string
            {"headers":["a"]}            | "headers" is no JSON object
            {"headers":{"h":{"a":1}}}    | the header h is not a string
            {"partition":"3"}            | "partition" is 3
            {"partition":3000000000}     | "partition" is 3000000000
            {"partition":1.5}            | "partition" is 1.5
            {"timestamp":"today"}        | "timestamp" is today
            {"valueHex":"0"}             | it is not hexadecimal
            {                            | it is not a JSON object
            null                         | it is not a JSON object
            [1]                          | it is not a JSON object
            ``                           | it is not a JSON object
            """)
    void whatJsonDoesNotSayAsARecordIsRefused(String line, String why) {
        assertThatThrownBy(() -> RecordFormat.json.read(line, command))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining(why);
    }

    @Test
    void numbersInJsonAreTextAsTheyStand() throws CommandFailed {
        assertThat(RecordFormat.json
                        .read("{\"key\":7,\"value\":true,\"timestamp\":-1}", command)
                        .value())
                .asString()
                .isEqualTo("true");
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
