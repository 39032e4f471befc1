package io.splitgym.server.live;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * Where environments stand, or what changed of it since the reader was told last.
 *
 * @param whole whether this is all there is to tell, and not what changed
 * @param all how many environments and vectors live, those that aren't listed included
 * @param environments those that are listed, or those of them that changed
 * @param ended ids of those that were listed and live no longer
 * @param unlisted ids of those that live, but left the list to others that were used later
 */
@JsonPropertyOrder({"whole", "all", "environments", "ended", "unlisted"})
record LiveBody(
    boolean whole,
    int all,
    List<StandingBody> environments,
    List<String> ended,
    List<String> unlisted) {}
