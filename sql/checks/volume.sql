-- What is less than it was by more than it may be? What the load of a fiscal year brings is held against the load of
-- that year before, and the rows of each fact table against those before this load.

WITH this AS (
    SELECT load.* FROM ops.load AS load
    INNER JOIN this_load USING (load_id)
),

load_before AS (
    SELECT load.* FROM ops.load AS load
    INNER JOIN this ON load.fiscal_year = this.fiscal_year AND load.load_id < this.load_id
    WHERE load.status = 'committed'
    ORDER BY load.load_id DESC
    LIMIT 1
),

counts_before AS (
    SELECT DISTINCT ON (counts.table_name) counts.table_name, counts.row_count AS row_count_before
    FROM ops.load_table AS counts
    INNER JOIN ops.load AS load USING (load_id)
    INNER JOIN this ON load.load_id < this.load_id
    WHERE load.status = 'committed'
    ORDER BY counts.table_name ASC, counts.load_id DESC
),

volume AS (
    SELECT
        'documents of ' || this.fiscal_year AS volume, this.documents_read::BIGINT AS volume_now,
        load_before.documents_read::BIGINT AS volume_before
    FROM this
    CROSS JOIN load_before
    UNION ALL
    SELECT
        'accepted records of ' || this.fiscal_year, this.records_read - this.records_quarantined,
        load_before.records_read - load_before.records_quarantined
    FROM this
    CROSS JOIN load_before
    UNION ALL
    SELECT 'rows of ' || table_name, counts.row_count, counts_before.row_count_before
    FROM ops.load_table AS counts
    INNER JOIN this USING (load_id)
    INNER JOIN counts_before USING (table_name)
)

SELECT volume, volume_now, volume_before FROM volume
WHERE volume_now < volume_before * (1 - %(drop_max_pct)s / 100.0)
ORDER BY volume;
