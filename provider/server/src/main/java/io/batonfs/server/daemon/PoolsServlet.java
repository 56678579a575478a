package io.batonfs.server.daemon;

import io.batonfs.server.storage.PoolReport;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** Answers /pools with the pools of the storage servers, see {@link PoolReports}. Stateless; thread-safe. */
public final class PoolsServlet extends HttpServlet {
    /** Where the servlet finds its {@code Supplier<List<PoolReport>>}. */
    static final String POOLS = "baton.pools";

    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Supplier<?> pools = (Supplier<?>) getServletContext().getAttribute(POOLS);
        List<PoolReport> reports = ((List<?>) pools.get()).stream().map(PoolReport.class::cast).toList();
        response.setContentType("application/json; charset=utf-8");
        response.getOutputStream().write(PoolReports.encode(reports));
    }
}
