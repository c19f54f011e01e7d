package io.ottla.broker;

import io.ottla.kafkamessages.ApiMessageType;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.NullableSchema;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/**
 * The answer to any request that says nothing but an error, in the version of the request: what Kafka's {@code AbstractRequest.getErrorResponse} makes by hand for each. Every {@code
 * error_code} has the error; arrays that have one in their elements have an element for each that the request asked for, in the array of the same name or, where
 * names differ (topic_data and responses), in the only one there is; what identifies an element is copied by its name, or by its type.
 */
final class ErrorAnswers {
    private static final String ERROR_CODE = "error_code";
    private static final String ERROR_MESSAGE = "error_message";

    private ErrorAnswers() {}

    /** Empty if that version of the response has no place for an error: the connection is to be closed. */
    static Optional<ApiMessage> answer(ApiMessageType api, short version, ApiMessage request, Errors error) {
        Schema asked = api.requestSchemas()[version];
        ByteBuffer bytes = MessageUtil.toByteBufferAccessor(request, version).buffer();
        Schema answered = api.responseSchemas()[version];
        Struct answer = filled(answered, asked.read(bytes), error);
        if (!tellsError(answered, answer)) return Optional.empty();
        ByteBuffer out = ByteBuffer.allocate(answered.sizeOf(answer));
        answered.write(out, answer);
        ApiMessage response = api.newResponse();
        response.read(new ByteBufferAccessor(out.flip()), version);
        return Optional.of(response);
    }

    private static boolean tellsError(Schema schema, Struct answer) {
        if (schema.get(ERROR_CODE) != null) return true;
        for (BoundField field : schema.fields())
            if (field.def.type.arrayElementType().isPresent()) {
                Object[] elements = answer.getArray(field.def.name);
                if (elements != null && elements.length > 0) return true;
            }
        return false;
    }

    /** @param asked a struct of the request, or a value that an element of one of its arrays is */
    private static Struct filled(Schema schema, Object asked, Errors error) {
        Struct struct = new Struct(schema);
        boolean isValueTaken = false;
        for (BoundField field : schema.fields()) {
            String name = field.def.name;
            Type type = field.def.type;
            if (name.equals(ERROR_CODE)) {
                struct.set(field, error.code());
            } else if (name.equals(ERROR_MESSAGE) && type.isNullable()) {
                struct.set(field, error.message());
            } else if (type instanceof TaggedFields) {
                struct.set(field, new TreeMap<Integer, Object>());
            } else if (type.arrayElementType().isPresent()) {
                struct.set(field, array(type, name, asked, error));
            } else if (asked instanceof Struct from) {
                struct.set(field, copied(type, name, from));
            } else if (!isValueTaken && isOf(type, asked)) {
                struct.set(field, asked);
                isValueTaken = true;
            } else {
                struct.set(field, nothing(type));
            }
        }
        return struct;
    }

    private static Object[] array(Type type, String name, Object asked, Errors error) {
        if (!(asked instanceof Struct from)
                || !(type.arrayElementType().orElseThrow() instanceof Schema element)
                || !hasErrorCode(element)) return new Object[0];
        Object[] elements = elements(from, name);
        Object[] answers = new Object[elements.length];
        for (int i = 0; i < elements.length; i++) answers[i] = filled(element, elements[i], error);
        return answers;
    }

    private static boolean hasErrorCode(Schema schema) {
        if (schema.get(ERROR_CODE) != null) return true;
        for (BoundField field : schema.fields())
            if (field.def.type.arrayElementType().orElse(null) instanceof Schema element && hasErrorCode(element))
                return true;
        return false;
    }

    /** What the request has under that name, or in its first array if it has none of that name. */
    private static Object[] elements(Struct from, String name) {
        BoundField found = from.schema().get(name);
        if (found == null || found.def.type.arrayElementType().isEmpty())
            for (BoundField field : from.schema().fields())
                if (field.def.type.arrayElementType().isPresent()) {
                    found = field;
                    break;
                }
        if (found == null || found.def.type.arrayElementType().isEmpty()) return new Object[0];
        Object[] elements = from.getArray(found.def.name);
        return elements == null ? new Object[0] : elements;
    }

    /** The field of that name; or one whose name begins so, as partition and partition_index. */
    private static Object copied(Type type, String name, Struct from) {
        BoundField same = from.schema().get(name);
        if (same != null && same.def.type.equals(type)) return from.get(same);
        for (BoundField field : from.schema().fields())
            if (field.def.type.equals(type)
                    && (field.def.name.startsWith(name + "_") || name.startsWith(field.def.name + "_")))
                return from.get(field);
        return nothing(type);
    }

    private static boolean isOf(Type type, Object value) {
        return switch (value) {
            case String text -> type.toString().endsWith("STRING");
            case Integer number -> type.equals(Type.INT32);
            default -> false;
        };
    }

    private static Object nothing(Type type) {
        if (type instanceof NullableSchema || type.isNullable()) return null;
        return switch (type.toString()) {
            case "BOOLEAN" -> false;
            case "INT8" -> (byte) 0;
            case "INT16" -> (short) 0;
            case "UINT16", "INT32" -> 0;
            case "UINT32", "INT64" -> 0L;
            case "FLOAT64" -> 0.0;
            case "UUID" -> org.apache.kafka.common.Uuid.ZERO_UUID;
            case "STRING", "COMPACT_STRING" -> "";
            default -> ByteBuffer.allocate(0);
        };
    }
}
