-- The indicator-years that dirty documents spoke of before, and those that changed ones speak of now.
-- reads: outdated_indicator, changed_document, raw.indicator
-- gives: dirty_indicator (indicator_key)

SELECT indicator_key FROM outdated_indicator
UNION
SELECT indicator.indicator_key
FROM raw.indicator AS indicator
INNER JOIN changed_document USING (document_key)
