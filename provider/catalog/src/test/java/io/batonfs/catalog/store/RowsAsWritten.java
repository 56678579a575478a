package io.batonfs.catalog.store;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * A store that takes no row whose bytes do not give it again: such a one would be one thing where it comes from the
 * cache and another where it was read.
 */
public final class RowsAsWritten implements TableStore {
    private static final ClassValue<List<Method>> COMPONENTS = new ClassValue<>() {
        @Override
        protected List<Method> computeValue(Class<?> type) {
            List<Method> accessors = Arrays.stream(type.getRecordComponents()).map(RecordComponent::getAccessor)
                    .toList();
            accessors.forEach(accessor -> accessor.setAccessible(true));
            return accessors;
        }
    };

    private final TableStore store;

    /** Looks at what is committed to a store. */
    public RowsAsWritten(TableStore store) {
        this.store = store;
    }

    @Override
    public void commit(WriteSet changes) throws IOException {
        changes.forEach((table, rows) -> rows.values().forEach(row -> {
            if (row != null && row.format() != null) {
                Object again = row.format().decode().apply(row.bytes());
                if (!same(row.as(row.format().decode()), again)) {
                    throw new AssertionError(table + ": written " + row.as(row.format().decode()) + ", read " + again);
                }
            }
        }));
        store.commit(changes);
    }

    private static boolean same(Object one, Object other) {
        if (one instanceof byte[] bytes) {
            return other instanceof byte[] others && Arrays.equals(bytes, others);
        }
        if (one instanceof Record record) {
            return record.getClass() == other.getClass() && sameComponents(record, other);
        }
        if (one instanceof Map<?, ?> map) {
            return other instanceof Map<?, ?> others && sameEntries(map, others);
        }
        return one == null ? other == null : one.equals(other);
    }

    private static boolean sameComponents(Record one, Object other) {
        try {
            for (Method component : COMPONENTS.get(one.getClass())) {
                if (!same(component.invoke(one), component.invoke(other))) {
                    return false;
                }
            }
            return true;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean sameEntries(Map<?, ?> one, Map<?, ?> other) {
        Iterator<? extends Map.Entry<?, ?>> others = other.entrySet().iterator();
        for (Map.Entry<?, ?> entry : one.entrySet()) {
            if (!others.hasNext()) {
                return false;
            }
            Map.Entry<?, ?> next = others.next();
            if (!same(entry.getKey(), next.getKey()) || !same(entry.getValue(), next.getValue())) {
                return false;
            }
        }
        return !others.hasNext();
    }

    @Override
    public TableView view() {
        return store.view();
    }

    @Override
    public void checkpoint(Path directory) throws IOException {
        store.checkpoint(directory);
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
