package io.ottla.zookeeperprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BufferOutputArchiveTest {

    enum Field {
        BYTE(out -> out.writeByte((byte) 7, "")),
        BOOL(out -> out.writeBool(true, "")),
        INT(out -> out.writeInt(7, "")),
        LONG(out -> out.writeLong(7, "")),
        STRING(out -> out.writeString("seven", "")),
        BUFFER(out -> out.writeBuffer(new byte[] {7}, ""));

        final Consumer<BufferOutputArchive> write;

        Field(Consumer<BufferOutputArchive> write) {
            this.write = write;
        }
    }

    /** Also where the buffer is full to the last byte. */
    @ParameterizedTest
    @EnumSource
    void whatIsWrittenDoesNotDependOnWhereTheBufferGrows(Field field) {
        BufferOutputArchive alone = new BufferOutputArchive(100);
        field.write.accept(alone);
        for (int before = 0; before < 200; before++) {
            BufferOutputArchive out = new BufferOutputArchive(64);
            for (int i = 0; i < before; i++) out.writeByte((byte) 0, "");
            field.write.accept(out);
            byte[] bytes = out.toByteArray();
            assertThat(java.util.Arrays.copyOfRange(bytes, before, bytes.length))
                    .isEqualTo(alone.toByteArray());
        }
    }
}
