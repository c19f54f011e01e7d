package io.ottla.compare;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Asks a broker for its metadata without a client library, whose own start would be measured too. */
final class MetadataProbe {
    private static final int CONNECT_MS = 200;
    private static final int ANSWER_MS = 1000;
    private static final int ANSWER_BYTES_MAX = 64 << 20;

    private MetadataProbe() {}

    /** Whether a broker on this port of the loopback address answers, and knows at least one broker: itself. */
    static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MS);
            socket.setSoTimeout(ANSWER_MS);
            socket.getOutputStream().write(request());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int length = in.readInt();
            if (length < 8 || length > ANSWER_BYTES_MAX) return false;
            in.readInt(); // correlation id
            return in.readInt() >= 1;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Metadata 1, of no topic. */
    private static byte[] request() {
        byte[] client = "ottla-compare".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer request = ByteBuffer.allocate(4 + 10 + client.length + 4);
        request.putInt(request.capacity() - 4)
                .putShort((short) 3)
                .putShort((short) 1)
                .putInt(7);
        request.putShort((short) client.length).put(client).putInt(0);
        return request.array();
    }
}
