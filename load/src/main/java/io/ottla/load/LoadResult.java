package io.ottla.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a load measured.
 *
 * @param settings what was asked for: the plan, and the clients' settings
 * @param firstError the first failure of a client, if any record failed
 * @param interrupted whether it was ended early
 */
public record LoadResult(
        LoadPlan plan,
        Map<String, Object> settings,
        List<TrackResult> tracks,
        Optional<String> firstError,
        boolean interrupted) {

    /** For programs. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("load", plan.kind().word());
        map.put("settings", settings);
        map.put("interrupted", interrupted);
        firstError.ifPresent(error -> map.put("firstError", error));
        List<Map<String, Object>> all = new ArrayList<>();
        for (TrackResult track : tracks) all.add(track.toMap());
        map.put("tracks", all);
        return map;
    }
}
