-- Where and when documents were observed that this was not known of. What was believed at the first fetch stays:
-- tomorrow's date is no better the day after tomorrow.
-- reads: stage_manifest
-- before: raw.manifest
-- gives: new_observation
-- fills: raw.manifest

SELECT DISTINCT ON (staged.sha256, staged.uri, staged.reported_at) staged.*
FROM stage_manifest AS staged
LEFT JOIN raw.manifest AS known USING (sha256, uri, reported_at)
WHERE known.sha256 IS NULL OR staged.fetched_at < known.fetched_at
ORDER BY staged.sha256, staged.uri, staged.reported_at, staged.fetched_at
