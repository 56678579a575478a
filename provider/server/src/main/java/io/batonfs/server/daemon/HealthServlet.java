package io.batonfs.server.daemon;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/**
 * Answers /health with a JSON object: {@code status} (healthy, degraded, failed), {@code group}, and {@code reasons}, a
 * list of sentences. The status is 200, or 503 when the daemon does not serve. Stateless; thread-safe.
 */
public final class HealthServlet extends HttpServlet {
    /** Where the servlet finds its {@code Supplier<Health>}. */
    static final String HEALTH = "baton.health";
    /** Where it finds the group's name. */
    static final String GROUP = "baton.group";

    private static final long serialVersionUID = 1L;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Supplier<?> check = (Supplier<?>) getServletContext().getAttribute(HEALTH);
        Health health = (Health) check.get();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("status", health.state().word());
        answer.put("group", getServletContext().getAttribute(GROUP));
        answer.put("reasons", health.reasons());
        response.setStatus(health.state().httpStatus());
        response.setContentType("application/json; charset=utf-8");
        response.getOutputStream().write(JSON.writeValueAsBytes(answer));
    }
}
