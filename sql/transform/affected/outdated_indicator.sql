-- The indicator-years that dirty documents spoke of before this load.
-- reads: dirty_document
-- before: raw.indicator
-- gives: outdated_indicator

SELECT DISTINCT indicator_key
FROM raw.indicator
INNER JOIN dirty_document USING (document_key)
