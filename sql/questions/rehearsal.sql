-- What would a rehearsed load change, and what was decided of it?

SELECT effect, decision, decided_by, decided_at, reason
FROM ops.rehearsal
WHERE load_id = %(load_id)s;
