-- The project-years and indicator-years that this load computes anew, by their names: now, and before this load.
-- reads: affected_project, affected_indicator, indicator_state
-- before: dw.dim_indicator
-- gives: affected_record

SELECT record FROM affected_project
UNION
SELECT of_record FROM indicator_state
UNION
SELECT known.record
FROM dw.dim_indicator AS known
INNER JOIN affected_indicator USING (indicator_key)
