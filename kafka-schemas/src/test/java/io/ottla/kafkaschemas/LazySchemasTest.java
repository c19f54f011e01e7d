package io.ottla.kafkaschemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LazySchemasTest {
    private static final String GENERATED = """
            public enum ApiMessageType {
                PRODUCE("Produce", (short) 0, ProduceRequestData.SCHEMAS, ProduceResponseData.SCHEMAS, (short) 0, (short) 13);
                private final Schema[] requestSchemas;
                private final Schema[] responseSchemas;

                ApiMessageType(String name, short apiKey, Schema[] requestSchemas, Schema[] responseSchemas, short lowest, short highest) {
                    this.apiKey = apiKey;
                    this.requestSchemas = requestSchemas;
                    this.responseSchemas = responseSchemas;
                }

                public Schema[] requestSchemas() {
                    return this.requestSchemas;
                }

                public Schema[] responseSchemas() {
                    return this.responseSchemas;
                }
            }
            """;

    @Test
    void schemasAreLookedUpWhenAskedFor() {
        assertThat(LazySchemas.rewrite(GENERATED)).isEqualTo("""
                        public enum ApiMessageType {
                            PRODUCE("Produce", (short) 0, (short) 0, (short) 13);

                            ApiMessageType(String name, short apiKey, short lowest, short highest) {
                                this.apiKey = apiKey;
                            }

                            public Schema[] requestSchemas() {
                                return switch (apiKey) {
                                    case 0 -> ProduceRequestData.SCHEMAS;
                                    default -> throw new IllegalStateException(name);
                                };
                            }

                            public Schema[] responseSchemas() {
                                return switch (apiKey) {
                                    case 0 -> ProduceResponseData.SCHEMAS;
                                    default -> throw new IllegalStateException(name);
                                };
                            }
                        }
                        """);
    }

    @Test
    void anotherGeneratorsSourceStopsTheBuild() {
        assertThatThrownBy(() -> LazySchemas.rewrite("public enum ApiMessageType { PRODUCE(0); }"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LazySchemas.rewrite(GENERATED.replace("this.requestSchemas = ", "requests = ")))
                .hasMessageContaining("requestSchemas");
    }
}
