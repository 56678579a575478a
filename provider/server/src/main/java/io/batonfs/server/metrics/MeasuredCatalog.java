package io.batonfs.server.metrics;

import io.batonfs.model.BatonException;
import io.batonfs.protocol.CatalogService;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.metrics2.annotation.Metric;
import org.apache.hadoop.metrics2.annotation.Metrics;
import org.apache.hadoop.metrics2.lib.MetricsRegistry;
import org.apache.hadoop.metrics2.lib.MutableCounterLong;
import org.apache.hadoop.metrics2.lib.MutableRatesWithAggregation;

/**
 * Measures every call of the catalog: how many, how long, how many were refused or failed. A proxy, since every call is
 * treated alike and a new one must not be forgotten. Thread-safe.
 */
@Metrics(name = "Catalog", about = "Calls of the catalog", context = "baton")
public final class MeasuredCatalog implements InvocationHandler {
    private final MetricsRegistry registry = new MetricsRegistry("Catalog").setContext("baton");
    @Metric private MutableRatesWithAggregation calls;
    @Metric("Calls that were refused or to be tried again") private MutableCounterLong callsRefused;
    @Metric("Calls that failed for a reason on our side") private MutableCounterLong callsFailed;
    private final CatalogService catalog;

    private MeasuredCatalog(CatalogService catalog) {
        this.catalog = catalog;
    }

    /**
     * Puts measuring before a catalog.
     *
     * @param sources where the figures are shown
     */
    public static CatalogService before(CatalogService catalog, MetricsSources sources) {
        MeasuredCatalog measured = new MeasuredCatalog(catalog);
        sources.register("Catalog", "Calls of the catalog", measured);
        measured.calls.init(CatalogService.class);
        return (CatalogService) Proxy.newProxyInstance(CatalogService.class.getClassLoader(),
                new Class<?>[] {CatalogService.class}, measured);
    }

    /** Makes the call; its exceptions are passed on as they are. */
    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        long start = System.nanoTime();
        try {
            return method.invoke(catalog, arguments);
        } catch (InvocationTargetException e) {
            count(e.getCause());
            throw e.getCause();
        } finally {
            calls.add(method.getName(), TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start));
        }
    }

    private void count(Throwable failure) {
        boolean refused = failure instanceof BatonException known && switch (known.code().errorClass()) {
            case REFUSED, RETRY -> true;
            case OUTCOME_UNKNOWN, CORRUPT -> false;
        };
        (refused ? callsRefused : callsFailed).incr();
    }
}
