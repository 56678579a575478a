package io.batonfs.server.metrics;

import io.batonfs.model.BatonException;
import io.batonfs.protocol.CatalogService;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.metrics2.MetricsCollector;
import org.apache.hadoop.metrics2.MetricsSource;
import org.apache.hadoop.metrics2.lib.MetricsRegistry;
import org.apache.hadoop.metrics2.lib.MutableCounterLong;
import org.apache.hadoop.metrics2.lib.MutableRatesWithAggregation;

/**
 * Measures every call of the catalog: how many, how long in microseconds, how many were refused or failed. A proxy, since
 * every call is treated alike and a new one must not be forgotten. Thread-safe.
 */
public final class MeasuredCatalog implements InvocationHandler, MetricsSource {
    private final MetricsRegistry registry = new MetricsRegistry("Catalog").setContext("baton");
    private final MutableRatesWithAggregation calls = registry.newRatesWithAggregation("calls");
    private final MutableCounterLong refused =
            registry.newCounter("CallsRefused", "Calls that were refused, or are to be tried again", 0L);
    private final MutableCounterLong failed =
            registry.newCounter("CallsFailed", "Calls that failed for a reason on our side", 0L);
    private final CatalogService catalog;

    private MeasuredCatalog(CatalogService catalog) {
        this.catalog = catalog;
        calls.init(CatalogService.class);
    }

    /**
     * Puts measuring before a catalog.
     *
     * @param sources where the figures are shown
     */
    public static CatalogService before(CatalogService catalog, MetricsSources sources) {
        MeasuredCatalog measured = new MeasuredCatalog(catalog);
        sources.register("Catalog", "Calls of the catalog", measured);
        return (CatalogService) Proxy.newProxyInstance(CatalogService.class.getClassLoader(),
                new Class<?>[] {CatalogService.class}, measured);
    }

    @Override
    public void getMetrics(MetricsCollector collector, boolean all) {
        registry.snapshot(collector.addRecord(registry.info()), all);
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
        boolean byRule = failure instanceof BatonException known && switch (known.code().errorClass()) {
            case REFUSED, RETRY -> true;
            case OUTCOME_UNKNOWN, CORRUPT -> false;
        };
        (byRule ? refused : failed).incr();
    }
}
