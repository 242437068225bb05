-- Fields on which copies of a changed document disagree.
-- reads: stage_field_conflict
-- gives: field_conflict
-- fills: ops.field_conflict

SELECT * FROM stage_field_conflict
