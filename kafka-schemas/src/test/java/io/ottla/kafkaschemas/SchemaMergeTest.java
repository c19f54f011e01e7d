package io.ottla.kafkaschemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaMergeTest {

    /** A message with one field, x; the versions that each side says and what comes out. */
    @ParameterizedTest(name = "{0} and {2}: a field in {1} and {3} is in {5}")
    @CsvSource(delimiter = '|', textBlock = """
        # newer: valid | field | older: valid | field | merged: valid | field
        3-13 | 0+   | 0-11 | 0+   | 0-13 | 0+
        3-13 | 0-12 | 0-11 | 0+   | 0-13 | 0-12
        3-13 | 5+   | 0-11 | 5+   | 0-13 | 5+
        1-11 | 1+   | 0-9  | 1+   | 0-11 | 1+
        1-11 | 10+  | 0-9  | none | 0-11 | 10+
        1-11 | none | 0-9  | 0    | 0-11 | 0
        2-3  | none | 0-3  | 0-1  | 0-3  | 0-1
        0-6  | none | 0-4  | 3+   | 0-6  | none
        3-13 | none | 0-11 | 0+   | 0-13 | 0-2
        0-2  | 0-1  | 0-1  | 0+   | 0-2  | 0-1
        none | none | 0-3  | 2+   | 0-3  | 2+
        """)
    void versions(String newer, String inNewer, String older, String inOlder, String merged, String inMerged) {
        JsonNode result = SchemaMerge.merge(message(newer, inNewer), message(older, inOlder));
        assertThat(result.path("validVersions").asText()).isEqualTo(merged);
        String found = "none";
        for (JsonNode field : result.path("fields"))
            if (field.path("name").asText().equals("x"))
                found = field.path("versions").asText();
        assertThat(found).isEqualTo(inMerged);
    }

    @Test
    void aVersionThatWasNeverStableIsLeftOut() {
        JsonNode older = json(
                "{name: 'ShareFetchRequest', validVersions: '0', latestVersionUnstable: true, fields: [{name: 'y', type: 'int8', versions: '0+'}]}");
        JsonNode merged = SchemaMerge.merge(message("1-2", "1+"), older);
        assertThat(merged.path("validVersions").asText()).isEqualTo("1-2");
        assertThat(merged.path("fields")).hasSize(1);
    }

    @Test
    void aRenamedFieldIsKeptOnceWhereTheNewerHasAllVersions() {
        JsonNode newer = json(
                "{name: 'TxnOffsetCommitRequest', validVersions: '0-6', flexibleVersions: '3+', fields: [{name: 'GenerationIdOrMemberEpoch', type: 'int32', versions: '3+'}]}");
        JsonNode older = json(
                "{name: 'TxnOffsetCommitRequest', validVersions: '0-4', flexibleVersions: '3+', fields: [{name: 'GenerationId', type: 'int32', versions: '3+'}]}");
        assertThat(SchemaMerge.merge(newer, older).path("fields").findValuesAsText("name"))
                .containsExactly("GenerationIdOrMemberEpoch");
    }

    @Test
    void oldFieldsComeWhereTheyWereOnTheWire() {
        JsonNode newer = json(
                "{name: 'M', validVersions: '1-3', fields: [{name: 'a', type: 'int8', versions: '0+'}, {name: 'new', type: 'int8', versions: '3+'}, {name: 'b', type: 'int8', versions: '0+'}]}");
        JsonNode older = json(
                "{name: 'M', validVersions: '0-2', fields: [{name: 'first', type: 'int8', versions: '0'}, {name: 'a', type: 'int8', versions: '0+'}, {name: 'mid', type: 'int8', versions: '0'}, {name: 'mid2', type: 'int8', versions: '0'}, {name: 'b', type: 'int8', versions: '0+'}, {name: 'last', type: 'int8', versions: '0'}]}");
        assertThat(SchemaMerge.merge(newer, older).path("fields").findValuesAsText("name"))
                .containsExactly("first", "a", "mid", "mid2", "new", "b", "last");
    }

    @Test
    void nestedFieldsAndStructsAreMergedToo() {
        JsonNode newer = json(
                "{name: 'M', validVersions: '2', fields: [{name: 't', type: '[]T', versions: '0+', fields: [{name: 'id', type: 'uuid', versions: '2+'}]}]}");
        JsonNode older = json(
                "{name: 'M', validVersions: '0-2', fields: [{name: 't', type: '[]T', versions: '0+', nullableVersions: '0+', fields: [{name: 'name', type: 'string', versions: '0-1', ignorable: true}, {name: 'id', type: 'uuid', versions: '2+'}]}],"
                        + " commonStructs: [{name: 'S', versions: '0+', fields: [{name: 'z', type: 'int8', versions: '1+'}]}]}");
        JsonNode merged = SchemaMerge.merge(newer, older);
        assertThat(merged.toString())
                .contains("{\"name\":\"name\",\"type\":\"string\",\"versions\":\"0-1\",\"ignorable\":true}")
                .contains("\"nullableVersions\":\"0-1\"")
                .contains(
                        "{\"name\":\"S\",\"versions\":\"0-1\",\"fields\":[{\"name\":\"z\",\"type\":\"int8\",\"versions\":\"1\"}]}");
    }

    @Test
    void listenersAndDeprecation() {
        JsonNode newer = json("{name: 'M', validVersions: '1', listeners: ['controller'], fields: []}");
        JsonNode older = json(
                "{name: 'M', validVersions: '0-1', deprecatedVersions: '0', listeners: ['zkBroker', 'controller'], fields: []}");
        JsonNode merged = SchemaMerge.merge(newer, older);
        assertThat(merged.path("listeners").toString()).isEqualTo("[\"controller\",\"broker\"]");
        assertThat(merged.has("deprecatedVersions")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {name: 'a', type: 'int8', versions: '0+'}  | {name: 'a', type: 'int16', versions: '0+'} | a.type is 'int8' and was 'int16'
        {name: 'a', type: 'int8', versions: '0+', default: '1'} | {name: 'a', type: 'int8', versions: '0+'} | a.default
        {name: 'a', type: 'int8', versions: '3+'}  | {name: 'a', type: 'int8', versions: '0'} | a gap between versions
        """)
    void contradictionsStopTheBuild(String newerField, String olderField, String why) {
        JsonNode newer = json("{name: 'M', validVersions: '1-4', fields: [" + newerField + "]}");
        JsonNode older = json("{name: 'M', validVersions: '0-3', fields: [" + olderField + "]}");
        assertThatThrownBy(() -> SchemaMerge.merge(newer, older)).hasMessageContaining(why);
    }

    @Test
    void aDifferentOrderStopsTheBuild() {
        JsonNode newer = json(
                "{name: 'M', validVersions: '1', fields: [{name: 'a', type: 'int8', versions: '0+'}, {name: 'b', type: 'int8', versions: '0+'}]}");
        JsonNode older = json(
                "{name: 'M', validVersions: '0', fields: [{name: 'b', type: 'int8', versions: '0+'}, {name: 'a', type: 'int8', versions: '0+'}]}");
        assertThatThrownBy(() -> SchemaMerge.merge(newer, older)).hasMessageContaining("order");
    }

    @Test
    void aRenamedMessageIsTheSameByItsKey() {
        Map<String, JsonNode> newer = Map.of(
                "ListConfigResourcesRequest",
                json(
                        "{name: 'ListConfigResourcesRequest', type: 'request', apiKey: 74, validVersions: '0-1', fields: []}"));
        Map<String, JsonNode> older = Map.of(
                "ListClientMetricsResourcesRequest",
                json(
                        "{name: 'ListClientMetricsResourcesRequest', type: 'request', apiKey: 74, validVersions: '0', fields: []}"),
                "Gone",
                json("{name: 'Gone', type: 'data', validVersions: '0', fields: []}"));
        assertThat(Schemas.merge(newer, older)).containsOnlyKeys("ListConfigResourcesRequest", "Gone");
    }

    private static JsonNode message(String valid, String field) {
        String fields = field.equals("none") ? "" : "{name: 'x', type: 'int32', versions: '" + field + "'}";
        return json(
                "{name: 'M', type: 'request', apiKey: 1, validVersions: '" + valid + "', fields: [" + fields + "]}");
    }

    private static JsonNode json(String text) {
        try {
            return Schemas.JSON
                    .reader()
                    .with(com.fasterxml.jackson.core.JsonParser.Feature.ALLOW_UNQUOTED_FIELD_NAMES)
                    .with(com.fasterxml.jackson.core.JsonParser.Feature.ALLOW_SINGLE_QUOTES)
                    .readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
