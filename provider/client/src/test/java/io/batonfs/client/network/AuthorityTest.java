package io.batonfs.client.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {

    @ParameterizedTest
    @CsvSource({
        "host, host, 8770", "host:1, host, 1", "a_b.example-1.org:65535, a_b.example-1.org, 65535",
        "10.0.0.1, 10.0.0.1, 8770", "[::1], ::1, 8770", "[fe80::1]:99, fe80::1, 99"})
    void whatNamesAServer(String text, String host, int port) throws BatonException {
        Authority authority = Authority.parse(text);
        assertEquals(new Authority(host, port), authority);
        assertEquals(authority, Authority.parse(authority.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        ":1", "host:", "host:0", "host:65536", "host:-1", "host:+1", "host:1x", "host:99999999999", "::1", "a:b:1",
        "[]", "[]:1", "user@host:1", "ho st:1", "host/x:1", "[a:1", "a]:1", "host:١"})
    void whatDoesNotIsRefusedWithTheFormThatIsWanted(String text) {
        BatonException refused = assertThrows(BatonException.class,
                () -> new NetworkGroupProvider().connect(text, Map.of()));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
        assertTrue(refused.getMessage().startsWith("baton://" + text + "/ "), refused.getMessage());
        assertTrue(refused.getMessage().contains("baton://host:port/"), refused.getMessage());
    }

    @Test
    void aHostThatDoesNotExistIsRefusedAtOnce() {
        // RFC 2606 keeps "invalid" free of hosts; with a minute for retries this would hang if it were retried.
        BatonException refused = assertThrows(BatonException.class,
                () -> new NetworkGroupProvider().connect("no-such-host.invalid:8770", Map.of()));
        assertEquals(ErrorCode.UNREACHABLE, refused.code());
        assertTrue(refused.getMessage().contains("no host \"no-such-host.invalid\""), refused.getMessage());
    }

    @Test
    void onlyEmptyAuthoritiesAreLeftToOthers() {
        NetworkGroupProvider provider = new NetworkGroupProvider();
        assertTrue(provider.serves("host", Map.of()));
        assertTrue(provider.serves("not:an:authority", Map.of()));
        assertTrue(!provider.serves("", Map.of()) && !provider.serves(null, Map.of()));
    }
}
