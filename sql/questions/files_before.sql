-- How many files did a source list at the last pull that was well?

SELECT files_listed
FROM ops.pull
WHERE source = %(source)s AND alert IS NULL
ORDER BY pull_id DESC
LIMIT 1;
