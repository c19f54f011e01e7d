package io.ottla.broker;

import java.net.InetSocketAddress;

/** What is known of the client at the other end of a connection. Who asks is a matter of each {@link Request}. */
public interface ClientConnection {
    /** Unique within this process. */
    long id();

    InetSocketAddress remote();

    /** The name of the listener that it came through, such as {@code PLAINTEXT}. */
    String listener();

    /** Name and version of the client library as told in ApiVersions; {@code unknown} until then. */
    String software();

    /** The client has told its name and version in ApiVersions. */
    void introduce(String software);

    /** Closes the connection, for the client takes more than others can do without; what was to be sent is dropped. */
    void cutOff(String why);

    /** Runs {@code task} when the connection goes, so that what was kept for it can be let go. */
    void onClose(Runnable task);

    /** Takes back {@link #onClose}: nothing is kept any more. {@code task} is the very same object. */
    void notOnClose(Runnable task);
}
