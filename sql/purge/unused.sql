-- What only the purged document spoke of: pairs of statuses that no report has any longer.

DELETE FROM dw.dim_report_status AS status
USING printed_status
WHERE
    status.status_key = printed_status.status_key
    AND NOT EXISTS (
        SELECT FROM dw.fact_progress_report AS report
        WHERE report.status_key = status.status_key
    )
    AND NOT EXISTS (
        SELECT FROM dw.progress_report_history AS report
        WHERE report.status_key = status.status_key
    );
