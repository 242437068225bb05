-- What did the checks of the warehouse find when they were made last? The gravest first.

SELECT check_name, fiscal_year, severity, cases, message, checked_at
FROM ops.quality_check
WHERE checked_at = (SELECT max(latest.checked_at) FROM ops.quality_check AS latest)
ORDER BY array_position('{critical,warning,info,ok}', severity) ASC, check_name ASC, fiscal_year DESC;
