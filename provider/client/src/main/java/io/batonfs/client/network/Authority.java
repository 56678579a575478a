package io.batonfs.client.network;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.rpc.ControlProtocol;

/**
 * The authority of a {@code baton://} URI: where a server's control port is.
 *
 * @param host name or number, without brackets
 * @param port 1 to 65535
 */
record Authority(String host, int port) {
    private static final int MAX_PORT = 65535;

    /**
     * Reads {@code host}, {@code host:port} or {@code [ipv6]:port}; without a port it is 8770.
     *
     * @throws BatonException INVALID_ARGUMENT saying what is wrong with it
     */
    static Authority parse(String text) throws BatonException {
        if (text.indexOf('@') >= 0) {
            throw refuse(text, "it names a user, which comes from the login and not from a URI");
        }
        String host = text;
        String port = "";
        int bracket = text.lastIndexOf(']');
        int colon = text.lastIndexOf(':');
        if (colon > bracket) {
            host = text.substring(0, colon);
            port = text.substring(colon + 1);
            if (port.isEmpty()) {
                throw refuse(text, "there is no port behind the colon");
            }
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw refuse(text, "a number of IP version 6 goes into brackets");
        }
        if (host.isEmpty()) {
            throw refuse(text, "the host is missing");
        }
        if (host.chars().anyMatch(c -> c <= ' ' || c == '/' || c == '?' || c == '#' || c == '[' || c == ']')) {
            throw refuse(text, "\"" + host + "\" is no host");
        }
        return new Authority(host, port.isEmpty() ? ControlProtocol.DEFAULT_PORT : port(text, port));
    }

    private static int port(String text, String digits) throws BatonException {
        boolean number = digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = number ? Integer.parseInt(digits) : 0;
        if (port < 1 || port > MAX_PORT) {
            throw refuse(text, "the port \"" + digits + "\" is no number from 1 to " + MAX_PORT);
        }
        return port;
    }

    private static BatonException refuse(String text, String why) {
        return new BatonException(ErrorCode.INVALID_ARGUMENT, "baton://" + text + "/ does not say where a Baton server"
                + " is: " + why + "; write baton://host:port/, with its control port (" + ControlProtocol.DEFAULT_PORT
                + " unless it is configured otherwise)");
    }

    /** The host as it stands before a colon and a port. */
    private String bracketedHost() {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    @Override
    public String toString() {
        return bracketedHost() + ":" + port;
    }
}
