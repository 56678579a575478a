package io.batonfs.transport.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * {@code host:port} or {@code [ipv6]:port}.
 *
 * @param host a name or a number, without brackets
 * @param port 0..65535
 */
record TcpAddress(String host, int port) {
    private static final int MAX_PORT = 65535;

    /** @throws IOException if it is no address of this wire */
    static TcpAddress parse(String text) throws IOException {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
            if (host.indexOf('[') >= 0 || host.indexOf(']') >= 0) {
                throw malformed(text, "there are brackets within the brackets");
            }
        } else if (host.indexOf(':') >= 0 || host.indexOf('[') >= 0 || host.indexOf(']') >= 0) {
            throw malformed(text, "a number of IP version 6 goes into brackets");
        }
        if (host.isBlank()) {
            throw malformed(text, "the host is missing");
        }
        String digits = text.substring(colon + 1);
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')
                || Integer.parseInt(digits) > MAX_PORT) {
            throw malformed(text, "the port must be a number in 0.." + MAX_PORT);
        }
        return new TcpAddress(host, Integer.parseInt(digits));
    }

    private static IOException malformed(String text, String why) {
        return new IOException("'" + text + "' is no address of the TCP wire: " + why
                + "; expected host:port or [::1]:port");
    }

    TcpAddress withPort(int actual) {
        return new TcpAddress(host, actual);
    }

    InetSocketAddress resolve() throws UnknownHostException {
        InetSocketAddress resolved = new InetSocketAddress(host, port);
        if (resolved.isUnresolved()) {
            throw new UnknownHostException("the host of address " + this
                    + " has no known number: check its spelling and the name service");
        }
        return resolved;
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
