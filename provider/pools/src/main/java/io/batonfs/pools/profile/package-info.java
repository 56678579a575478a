/**
 * Measures devices and finds regions of like performance on them (POOL-1). Enter by {@link
 * io.batonfs.pools.profile.DeviceProfiler}.
 *
 * <h2>The problem</h2>
 * A device is not equally fast everywhere: a spindle's outer tracks pass more bytes under the head than its inner ones,
 * an SSD may have a slow tail, a volume may be put together from different disks. Pools of differing speed need to know
 * where. Measuring has to be short, must not harm what is on a device that is full, and what else goes on at the time
 * must not look like a property of a place.
 *
 * <h2>Measuring</h2>
 * The blocks of 4 KiB that a device is numbered in (its LBN space) are cut into <i>probe zones</i> of equal length, 128
 * unless said otherwise. A <i>round</i> takes one sample of each kind in each zone, the zones in random order; five
 * rounds make a profile. A sample of a zone:
 * <table border="1">
 * <caption>Kinds of samples</caption>
 * <tr><th>kind</th><th>timed, after one I/O that brings the head there</th></tr>
 * <tr><td>sequential read</td><td>4 MiB in I/Os of 1 MiB, beginning anywhere in the zone</td></tr>
 * <tr><td>random read</td><td>8 reads of 4 KiB anywhere in the zone, one after the other</td></tr>
 * <tr><td>sequential write</td><td>as the read, in a free range, with one force at the end</td></tr>
 * <tr><td>random write</td><td>8 writes of 4 KiB in free ranges of the zone, each of them forced</td></tr>
 * </table>
 * A sample takes as long as its number of I/Os times their median (and a force): an I/O that waited for somebody
 * else's, or that the device tried again, is no property of the place. Five rounds read 2.5 GiB in all, which takes a
 * minute of a spindle's time and seconds of an SSD's. The profiler
 * rests after each sample so that it keeps to its share of the device's time. Figures of random I/O are those of one
 * I/O at a time, with the short seeks of one zone: what differs from place to place, and not the most that a device can
 * do.
 *
 * <p><b>Writes</b> go into ranges that the caller has taken out of use, and nowhere else ({@link
 * io.batonfs.pools.profile.FreeSpace}). Of a device that is blank, that is all but the first and last MiB, so that it
 * still looks blank afterwards. Of one that a server uses, rows that no segment has ({@link
 * io.batonfs.pools.profile.ServedSpace}). A zone without a free range has no figures of writes, and the profile counts what is
 * missing.
 *
 * <p><b>The page cache</b> would answer a second read of a place from memory. Devices are opened with O_DIRECT, with
 * buffers that are aligned for it; a file system that refuses is read by its cache, and the profile says so for ever
 * ({@link io.batonfs.pools.profile.CacheUse}). What a drive or a hypervisor caches, and blocks that were never written
 * and that an SSD or a sparse file answers without looking, are seen as they are: fast.
 *
 * <p><b>Failures.</b> A read that fails is a result. A zone is <i>unreadable</i> if two of its samples failed, or all
 * of a kind; after two it is left alone. A device that has become shorter ends the run.
 *
 * <h2>From samples to regions</h2>
 * <ol>
 * <li>A zone's speed at a kind is the median of its samples: two of five may be spoilt by what else went on.
 * <li>Logarithms are taken, so that 100 against 200 MB/s counts as 1000 against 2000.
 * <li>The noise of a kind, sigma, is the median absolute deviation of the differences between neighbouring zones,
 * divided by 0.6745 sqrt(2); at least 0.01. Steps between regions are few among these differences, so they don't count.
 * <li>The zones are cut into runs so that the sum is least of a <i>penalty</i> for each run, 1.5 (K + 2) ln(n) for K
 * kinds and n zones, and of min(r^2, 9) for each zone and kind, where r is the distance from the run's median in
 * sigmas. The bound makes a lone outlier cheaper to bear than to cut out; the penalty is what keeps noise from making
 * regions, and since distances are in sigmas it grows with the noise. Dynamic programming over the last run's beginning
 * finds the least sum exactly: for each beginning the run grows zone by zone, with its values kept sorted. O(K n^3)
 * time: 350,000 steps for each kind with 128 zones; O(n) memory.
 * <li>Neighbouring runs are joined, the most alike first, while all kinds differ by less than 3 %, or by less than
 * three standard errors of their medians: less is no reason for two regions.
 * <li>Unreadable zones were left out so far; they are regions of their own, and cut a run that goes on behind them in
 * two.
 * <li>Regions are sorted by how far their speeds are from the device's median, in the mean over kinds, with three
 * standard errors taken off each distance so that chance ranks nothing. The fastest is of class A, and so are those
 * alike to it; the next begins class B, and so on.
 * </ol>
 * A flat device is one region. Borders are borders of zones; where the step is four times the noise of a zone's median
 * they are right to two zones, 1/64 of the device. A region in the middle has to have some 8 zones to be seen for sure,
 * one at an end 4: more zones show more.
 *
 * <h3>A worked example</h3>
 * Eight zones, one kind: 200, 202, 60, 199, 100, 99, 101, 100 MB/s, the third spoilt. In natural logarithms: 5.298,
 * 5.308, 4.094, 5.293, 4.605, 4.595, 4.615, 4.605. The differences are 0.010, -1.214, 1.199, -0.688, -0.010, 0.020,
 * -0.010; their median is -0.010, the median distance from it 0.030, so sigma is 0.031. A run costs 1.5 * 3 * ln 8 =
 * 9.36.
 * <table border="1">
 * <caption>Ways to cut</caption>
 * <tr><th>runs begin at zones</th><th>penalties</th><th>distances</th><th>sum</th></tr>
 * <tr><td>1</td><td>9.36</td><td>36.30: the four zones of the left half cost 9 each</td><td>45.66</td></tr>
 * <tr><td>1, 5</td><td>18.72</td><td>9.17: the spoilt zone costs 9</td><td>28.09</td></tr>
 * <tr><td>1, 3, 4, 5</td><td>37.43</td><td>0.25: the spoilt zone is a run</td><td>37.68</td></tr>
 * </table>
 * Two runs it is. Their medians, 199.5 and 100 MB/s, differ by 69 %: regions of class A and B.
 *
 * <h2>What is kept</h2>
 * The samples of each device, in a file of its own ({@link io.batonfs.pools.profile.ProfileStore}), saved every five
 * seconds while measuring. Regions are computed from them when they are asked for. Which places are probed follows from
 * parameters and seed, so a run that was cut short takes what is missing, and ends with the same places as one that was
 * not. A device is known by its hardware's number where there is one ({@link io.batonfs.pools.profile.DeviceIdentity}):
 * what is formatted on it has no part in its speed.
 *
 * <h2>From regions to pools</h2>
 * {@link io.batonfs.pools.profile.PoolProposal} cuts the block space at each border of any device's regions, takes the
 * slowest device's reads for each piece, and deals the pieces to three tiers (two, one) whose means differ by 10 % at
 * least. Neighbours of one tier are a pool: RAID 10 for the fastest, RAID 5 for the next, RAID 50 for the slowest, or
 * what the number of devices allows. Devices without regions of their own get two halves, RAID 10 and RAID 5. A pool
 * takes a share of each device, one after the other and without gaps, so an unreadable range can't be left out: such a
 * device is to be replaced, and the proposal says so.
 *
 * <h2>Rejected</h2>
 * <ul>
 * <li><i>Reading the whole device</i>: hours, and nothing that the pools could use is smaller than a zone.
 * <li><i>Zones in ascending order</i>: fewer long seeks, but a minute of other load looks like a slow region.
 * <li><i>Means, and squares without a bound</i>: one stalled I/O makes a region.
 * <li><i>k-means over speeds alone</i>: zones of one region are neighbours, which is most of what tells them from
 * noise, and a number of regions would have to be given.
 * <li><i>Binary segmentation</i>: faster, but it misses a slow range between two fast ones, and n is small.
 * <li><i>Writing back what was read</i> instead of writing to free ranges only: a write by somebody else in between
 * would be lost.
 * </ul>
 */
package io.batonfs.pools.profile;
