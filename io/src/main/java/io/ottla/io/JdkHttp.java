package io.ottla.io;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ottla.base.DiskFile;
import io.ottla.base.Http;
import io.ottla.base.Network;
import io.ottla.base.Secret;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * HTTP by the server that comes with the JDK. Reading and writing are away from the loop; nothing is loaded before the first port is opened. Each
 * connection has a thread, so that a slow one keeps nobody waiting; there are at most 100.
 */
public final class JdkHttp implements Http {
    private static final int BACKLOG = 50;
    private static final int COPY_BYTES = 64 * 1024;

    /** A snapshot may take so long to be brought, taken, or fetched. */
    private static final long ANSWER_MS_MAX = 600_000;

    private static final Set<String> ASKING = Set.of("GET", "HEAD", "POST");

    /** What the JDK's server looks at when it is loaded: seconds, connections, bytes. */
    private static final Map<String, String> LIMITS = Map.of(
            "sun.net.httpserver.maxReqTime", "600",
            "sun.net.httpserver.maxRspTime", "600",
            "sun.net.httpserver.idleInterval", "30",
            "sun.net.httpserver.maxReqHeaderSize", "16384",
            "jdk.httpserver.maxConnections", "100");

    private final LoopClock clock;

    public JdkHttp(LoopClock clock) {
        this.clock = clock;
    }

    @Override
    public Network.Listening listen(String host, int port, Desk desk) throws IOException {
        LIMITS.forEach((name, value) -> {
            if (System.getProperty(name) == null) System.setProperty(name, value);
        });
        InetSocketAddress address = host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
        HttpServer server;
        try {
            server = HttpServer.create(address, BACKLOG);
        } catch (IOException e) {
            throw new IOException("cannot listen on " + host + ":" + port + ": " + e.getMessage(), e);
        }
        ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("ottla-http").factory());
        server.setExecutor(threads);
        server.createContext("/", exchange -> serve(exchange, desk));
        server.start();
        return new Network.Listening() {
            @Override
            public int port() {
                return server.getAddress().getPort();
            }

            @Override
            public void close() {
                server.stop(0);
                threads.shutdownNow();
            }
        };
    }

    private void serve(HttpExchange exchange, Desk desk) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            if (!ASKING.contains(method)) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD, POST, OPTIONS");
                exchange.sendResponseHeaders(method.equals("OPTIONS") ? 200 : 405, -1);
                return;
            }
            CompletableFuture<Answer> answered = new CompletableFuture<>();
            Question question = question(exchange);
            clock.execute(() -> desk.asked(question, answer -> {
                // nobody waits any more for one that comes too late
                if (!answered.complete(answer)) release(answer);
            }));
            try {
                send(exchange, answered.get(ANSWER_MS_MAX, TimeUnit.MILLISECONDS));
            } finally {
                answered.cancel(false);
            }
        } catch (IllegalArgumentException e) {
            exchange.sendResponseHeaders(400, -1);
        } catch (TimeoutException e) {
            exchange.sendResponseHeaders(503, -1);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void release(Answer answer) {
        if (answer.content() instanceof Content.File(DiskFile file, long sizeBytes)) file.release();
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", answer.contentType());
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        switch (answer.content()) {
            case Content.Bytes(Supplier<byte[]> bytes) -> {
                byte[] body = bytes.get();
                if (sendHeaders(exchange, answer.status(), body.length))
                    exchange.getResponseBody().write(body);
            }
            case Content.File(DiskFile file, long sizeBytes) -> {
                try {
                    if (sendHeaders(exchange, answer.status(), sizeBytes))
                        copy(file, sizeBytes, exchange.getResponseBody());
                } finally {
                    file.release();
                }
            }
        }
    }

    /** @return whether a body follows */
    private static boolean sendHeaders(HttpExchange exchange, int status, long bodyBytes) throws IOException {
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        // the server says 0 by itself, and refuses to say the length of what it will not send
        if (isHead) exchange.getResponseHeaders().set("Content-Length", Long.toString(bodyBytes));
        exchange.sendResponseHeaders(status, isHead || bodyBytes == 0 ? -1 : bodyBytes);
        return !isHead && bodyBytes > 0;
    }

    private static void copy(DiskFile file, long sizeBytes, OutputStream out) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
        for (long position = 0; position < sizeBytes; position += buffer.limit()) {
            buffer.clear().limit((int) Math.min(COPY_BYTES, sizeBytes - position));
            if (file.read(position, buffer) < buffer.limit()) throw new EOFException("the file became shorter");
            out.write(buffer.array(), 0, buffer.limit());
        }
    }

    /** @throws IllegalArgumentException if it is not encoded as it should be */
    private static Question question(HttpExchange exchange) {
        Map<String, String> parameters = new LinkedHashMap<>();
        String query = exchange.getRequestURI().getRawQuery();
        for (String pair : (query == null ? "" : query).split("&", -1)) {
            if (pair.isEmpty()) continue;
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            parameters.putIfAbsent(
                    URLDecoder.decode(name, StandardCharsets.UTF_8), URLDecoder.decode(value, StandardCharsets.UTF_8));
        }
        return new Question(
                exchange.getRequestURI().getPath(),
                parameters,
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                        .map(Secret::new),
                exchange.getRemoteAddress().getAddress(),
                exchange.getRequestMethod().equals("POST") ? Optional.of(exchange.getRequestBody()) : Optional.empty());
    }
}
