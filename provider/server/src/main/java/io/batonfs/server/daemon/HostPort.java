package io.batonfs.server.daemon;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Objects;

/**
 * Where something listens.
 *
 * @param host name or address; an IPv6 address without brackets
 * @param port 0 to 65535; 0 takes any that is free
 */
public record HostPort(String host, int port) {

    /** Checks the range. */
    public HostPort {
        Objects.requireNonNull(host, "host");
        if (host.isEmpty() || port < 0 || port > 0xFFFF) {
            throw new IllegalArgumentException(host + ":" + port + " is not a host and a port from 0 to 65535");
        }
    }

    /**
     * Reads "host:port"; an IPv6 address stands in brackets.
     *
     * @throws IllegalArgumentException if the text is something else
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("\"" + text + "\" is not host:port");
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (!bracketed && host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("\"" + text + "\" is not host:port; put an IPv6 address in brackets");
        }
        try {
            return new HostPort(bracketed ? host.substring(1, host.length() - 1) : host,
                    Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not host:port", e);
        }
    }

    /** Where it is listened at, the name looked up. */
    public InetSocketAddress socketAddress() {
        return new InetSocketAddress(host, port);
    }

    /** Whether every address of the host is meant. */
    boolean isEveryAddress() throws UnknownHostException {
        return InetAddress.getByName(host).isAnyLocalAddress();
    }

    /** The same host at a later port; any stays any. */
    HostPort plus(int ports) {
        return port == 0 ? this : new HostPort(host, port + ports);
    }

    /**
     * How others reach what listens here.
     *
     * @param everyAddress the name for a host all of whose addresses are meant
     * @param bound        the port that it has got
     */
    HostPort reachedAt(String everyAddress, int bound) throws UnknownHostException {
        return new HostPort(isEveryAddress() ? everyAddress : host, bound);
    }

    /** As "host:port". */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
