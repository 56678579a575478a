package io.batonfs.server.daemon;

import java.io.IOException;
import java.util.function.Supplier;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.apache.hadoop.http.HttpServer2;

/**
 * Answers /pools with the pools of the storage servers and what is wrong with devices, see {@link PoolReports}. Paths of devices are in it, so that
 * those may ask who may ask for /conf and /jmx: everybody, or administrators where {@code
 * hadoop.security.instrumentation.requires.admin} is set. Stateless; thread-safe.
 */
public final class PoolsServlet extends HttpServlet {
    /** Where the servlet finds its {@code Supplier<PoolsAnswer>}. */
    static final String POOLS = "baton.pools";

    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!HttpServer2.isInstrumentationAccessAllowed(getServletContext(), request, response)) {
            return;
        }
        Supplier<?> pools = (Supplier<?>) getServletContext().getAttribute(POOLS);
        response.setContentType("application/json; charset=utf-8");
        response.getOutputStream().write(PoolReports.encode((PoolsAnswer) pools.get()));
    }
}
