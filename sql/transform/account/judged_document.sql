-- What came of each document that was judged for this load, and by what it was judged.
-- reads: stage_judged
-- gives: judged_document
-- fills: ops.judged

SELECT * FROM stage_judged
