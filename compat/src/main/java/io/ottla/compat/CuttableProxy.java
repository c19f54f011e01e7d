package io.ottla.compat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Passes connections on to a server, until they are cut; and refuses new ones while it is down. */
final class CuttableProxy implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    private final int targetPort;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private volatile boolean down;

    /** @param target {@code host:port}, on this machine */
    CuttableProxy(String target) throws IOException {
        targetPort = Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
        daemon(this::accept);
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (down) {
                    client.close();
                    continue;
                }
                Socket target = new Socket("127.0.0.1", targetPort);
                client.setTcpNoDelay(true);
                target.setTcpNoDelay(true);
                open.add(client);
                open.add(target);
                daemon(() -> pass(client, target));
                daemon(() -> pass(target, client));
            } catch (IOException refused) {
                continue;
            }
        }
    }

    private static void pass(Socket from, Socket to) {
        byte[] bytes = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(bytes); count > 0; count = in.read(bytes)) {
                out.write(bytes, 0, count);
                out.flush();
            }
        } catch (IOException cut) {
            return;
        }
    }

    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /** Cuts what is open. */
    void cut() throws IOException {
        for (Socket each : open) each.close();
        open.clear();
    }

    void down() throws IOException {
        down = true;
        cut();
    }

    void up() {
        down = false;
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }
}
