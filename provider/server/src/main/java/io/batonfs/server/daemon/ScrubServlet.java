package io.batonfs.server.daemon;

import io.batonfs.server.storage.ScrubReport;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.apache.hadoop.http.HttpServer2;

/**
 * Answers /scrub with how scrubbing of the storage servers is, see {@link ScrubReports}; who may ask is settled as for
 * {@link PoolsServlet}. It changes nothing: HTTP does not say for sure who asks, so orders come over the control port.
 * Stateless; thread-safe.
 */
public final class ScrubServlet extends HttpServlet {
    /** Where the servlet finds its {@code Supplier<List<ScrubReport>>}. */
    static final String SCRUB = "baton.scrub";

    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!HttpServer2.isInstrumentationAccessAllowed(getServletContext(), request, response)) {
            return;
        }
        Supplier<?> scrub = (Supplier<?>) getServletContext().getAttribute(SCRUB);
        List<ScrubReport> reports = ((List<?>) scrub.get()).stream().map(ScrubReport.class::cast).toList();
        response.setContentType("application/json; charset=utf-8");
        response.getOutputStream().write(ScrubReports.encode(reports));
    }
}
