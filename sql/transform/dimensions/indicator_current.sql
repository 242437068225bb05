-- Each affected indicator as it is now.
-- reads: indicator_moment
-- gives: indicator_current
-- fills: dw.dim_indicator

SELECT * FROM indicator_moment
WHERE is_current
