package io.batonfs.pages;

import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentId;

/**
 * A page as a {@link PageSurvey} finds it.
 *
 * @param standing    how it is held
 * @param pool        the pool of its segment; null if MISSING or DISPUTED
 * @param segment     its segment; null if MISSING or DISPUTED
 * @param servedBytes how many of its bytes a server would go on to serve, from the page's first on; 0 unless SERVED
 */
public record SurveyedPage(PageStanding standing, Pool pool, SegmentId segment, int servedBytes) {
    static final SurveyedPage MISSING = new SurveyedPage(PageStanding.MISSING, null, null, 0);
    static final SurveyedPage DISPUTED = new SurveyedPage(PageStanding.DISPUTED, null, null, 0);
}
