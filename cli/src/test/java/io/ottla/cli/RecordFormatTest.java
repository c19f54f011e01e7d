package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
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

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String written(RecordFormat format, ConsumerRecord<byte[], byte[]> record, boolean keys)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        format.write(record, keys, "\t", out);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void bytesThatAreNoTextComeAndGoAsTheyAre() throws Exception {
        byte[] bytes = {(byte) 0xff, 0, (byte) 0xc3, '\r'};
        for (RecordFormat format : List.of(RecordFormat.text, RecordFormat.raw)) {
            byte[] value = format.read(bytes, command).value();
            assertThat(written(format, consumed(null, bytes), false).getBytes(StandardCharsets.ISO_8859_1))
                    .containsExactly(bytes);
            assertThat(value).startsWith(0xff, 0, 0xc3).hasSize(format == RecordFormat.raw ? 4 : 3);
        }
        command.keySeparator = Optional.of("::");
        ProducerRecord<byte[], byte[]> record = RecordFormat.raw.read(new byte[] {9, ':', ':', (byte) 0x80}, command);
        assertThat(record.key()).containsExactly(9);
        assertThat(record.value()).containsExactly(0x80);
    }

    @Test
    void aLineOfTextIsAValue() throws CommandFailed {
        ProducerRecord<byte[], byte[]> record = RecordFormat.text.read(bytes("a:b"), command);
        assertThat(record.key()).isNull();
        assertThat(record.value()).asString().isEqualTo("a:b");
    }

    @Test
    void whatStandsBeforeTheSeparatorIsTheKey() throws CommandFailed {
        command.keySeparator = Optional.of(":");
        command.headers.put("source", "shop");
        ProducerRecord<byte[], byte[]> record = RecordFormat.text.read(bytes("a:b:c"), command);
        assertThat(record.key()).asString().isEqualTo("a");
        assertThat(record.value()).asString().isEqualTo("b:c");
        assertThat(record.headers().lastHeader("source").value()).asString().isEqualTo("shop");
        assertThatThrownBy(() -> RecordFormat.text.read(bytes("no separator"), command))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("no key separator");
    }

    @Test
    void jsonSaysAllOfARecord() throws CommandFailed {
        ProducerRecord<byte[], byte[]> record = RecordFormat.json.read(
                bytes("{\"key\":\"k\",\"value\":null,\"partition\":3,\"timestamp\":42,\"headers\":{\"h\":\"v\"}}"),
                command);
        assertThat(record.key()).asString().isEqualTo("k");
        assertThat(record.value()).isNull();
        assertThat(record.partition()).isEqualTo(3);
        assertThat(record.timestamp()).isEqualTo(42);
        assertThat(record.headers().lastHeader("h").value()).asString().isEqualTo("v");
        assertThatThrownBy(() -> RecordFormat.json.read(bytes("{"), command)).isInstanceOf(CommandFailed.class);
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
        assertThatThrownBy(() -> RecordFormat.json.read(bytes(line), command))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining(why);
    }

    @Test
    void numbersInJsonAreTextAsTheyStand() throws CommandFailed {
        assertThat(RecordFormat.json
                        .read(bytes("{\"key\":7,\"value\":true,\"timestamp\":-1}"), command)
                        .value())
                .asString()
                .isEqualTo("true");
    }

    @Test
    void hexGoesBothWays() throws Exception {
        ProducerRecord<byte[], byte[]> record = RecordFormat.hex.read(bytes("00ff10"), command);
        assertThat(record.value()).containsExactly(0, -1, 16);
        assertThat(written(RecordFormat.hex, consumed(null, record.value()), false))
                .isEqualTo("00ff10");
        assertThatThrownBy(() -> RecordFormat.hex.read(bytes("xy"), command)).isInstanceOf(CommandFailed.class);
    }

    @Test
    void whatIsConsumedAsJsonCanBeProduced() throws Exception {
        String line = written(RecordFormat.json, consumed(bytes("k"), bytes("v")), true);
        ProducerRecord<byte[], byte[]> record = RecordFormat.json.read(bytes(line), command);
        assertThat(record.key()).asString().isEqualTo("k");
        assertThat(record.value()).asString().isEqualTo("v");
        assertThat(record.partition()).isEqualTo(1);
    }

    private static ConsumerRecord<byte[], byte[]> consumed(byte[] key, byte[] value) {
        return new ConsumerRecord<>("t", 1, 7, key, value);
    }
}
