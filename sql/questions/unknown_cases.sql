-- Which of these cases are there none of?

SELECT quarantine_id FROM unnest(%(quarantine_ids)s::BIGINT[]) AS asked (quarantine_id)
EXCEPT
SELECT quarantine_id FROM ops.quarantine;
